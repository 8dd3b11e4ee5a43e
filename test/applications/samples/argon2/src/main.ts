import { createServer } from 'node:http';
import argon2 from 'argon2';

createServer(async (request, response) => {
  const hash = await argon2.hash(request.url ?? '', { salt: Buffer.alloc(16, 7), timeCost: 2, memoryCost: 1024 });
  response.end(`${hash} ${await argon2.verify(hash, request.url ?? '')}`);
}).listen(Number(process.env.PORT));
