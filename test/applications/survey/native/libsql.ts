// libsql@0.5.29
import Database from 'libsql';

console.log(new Database(':memory:').prepare('SELECT 1 + 1 AS two').get().two);
