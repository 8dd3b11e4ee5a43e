import { createServer } from 'node:http';
import { hashSync, verifySync } from '@node-rs/argon2';
import { xxh64 } from '@node-rs/xxhash';
import Database from 'libsql';

const database = new Database(':memory:');
database.exec("CREATE TABLE t (a INTEGER, b TEXT); INSERT INTO t VALUES (1, 'one'), (2, 'two')");
createServer((request, response) => {
  const rows = database.prepare('SELECT b FROM t WHERE a > ? ORDER BY a').all(0);
  const isSame = verifySync(hashSync('secret', { timeCost: 2, memoryCost: 1024 }), 'secret');
  response.end(JSON.stringify({ rows, isSame, hash: `${xxh64(request.url ?? '')}` }));
}).listen(Number(process.env.PORT));
