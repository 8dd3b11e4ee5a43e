// piscina@5.3.2
import { writeFileSync } from 'node:fs';
import { Piscina } from 'piscina';

const filename = process.env.HOME + '/double.mjs';
writeFileSync(filename, 'export default (n) => n * 2');
const pool = new Piscina({ filename, maxThreads: 1 });
console.log(await pool.run(21));
await pool.destroy();
