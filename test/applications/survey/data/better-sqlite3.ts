// better-sqlite3@13.2.0
import Database from 'better-sqlite3';

console.log(new Database(':memory:').prepare('SELECT 1 + 1 AS two').get());
