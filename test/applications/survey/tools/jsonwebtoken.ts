// jsonwebtoken@9.0.3 jose@6.2.18
import { jwtVerify, SignJWT } from 'jose';
import jwt from 'jsonwebtoken';

const key = Buffer.alloc(32);
const token = await new SignJWT({ a: 1 }).setProtectedHeader({ alg: 'HS256' }).sign(key);
console.log((await jwtVerify(token, key)).payload, jwt.verify(jwt.sign({ b: 1, iat: 1 }, key), key));
