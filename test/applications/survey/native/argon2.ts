// argon2@0.45.1
import argon2 from 'argon2';

console.log(await argon2.hash('x', { salt: Buffer.alloc(16), timeCost: 2, memoryCost: 1024 }));
