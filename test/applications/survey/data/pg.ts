// pg@8.23.1
import pg from 'pg';

const client = new pg.Client({ host: '127.0.0.1', port: 1 });
await client.connect().catch((error) => console.log(error.code));
console.log(pg.escapeLiteral("it's"), pg.native === null);
