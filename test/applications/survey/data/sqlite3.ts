// sqlite3@6.0.1
import sqlite3 from 'sqlite3';

const database = new sqlite3.Database(':memory:');
database.get('SELECT 1 + 1 AS two', (error, row) => console.log(error, row));
