// mssql@12.7.14
import mssql from 'mssql';

await mssql
  .connect({ server: '127.0.0.1', port: 1, user: 'a', password: 'b' })
  .catch((error) => console.log(error.code));
console.log(mssql.VarChar(20).length);
