// mysql2@3.24.6
import mysql from 'mysql2/promise';

await mysql.createConnection({ host: '127.0.0.1', port: 1 }).catch((error) => console.log(error.code));
console.log(mysql.format('SELECT ? AS ??', ["it's", 'x']));
