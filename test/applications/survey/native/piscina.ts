// piscina@5.3.2
import { Piscina } from 'piscina';

const code = 'data:text/javascript,export default (n) => n * 2';
const pool = new Piscina({ filename: code, maxThreads: 1 });
console.log(await pool.run(21));
await pool.destroy();
