// msgpackr@2.1.4 cbor-x@1.6.9 lmdb@3.5.6
import { join } from 'node:path';
import { decode, encode } from 'cbor-x';
import { open } from 'lmdb';
import { pack, unpack } from 'msgpackr';

const database = open({ path: join(process.env.HOME ?? '', 'db') });
await database.put('a', { b: 1 });
console.log(unpack(pack({ a: [1] })), decode(encode({ b: 2 })), database.get('a'));
await database.close();
