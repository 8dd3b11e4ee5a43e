import { createServer } from 'node:http';
import { DatabaseSync } from 'node:sqlite';

const database = new DatabaseSync(':memory:');
database.exec('CREATE TABLE visits (path TEXT, at INTEGER)');
const insert = database.prepare('INSERT INTO visits VALUES (?, ?)');
const count = database.prepare('SELECT path, count(*) AS count FROM visits GROUP BY path ORDER BY path');
createServer((request, response) => {
  insert.run(request.url ?? '', 1);
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(count.all()));
}).listen(Number(process.env.PORT));
