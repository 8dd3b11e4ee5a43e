// workerpool@10.0.3
import workerpool from 'workerpool';

const pool = workerpool.pool({ maxWorkers: 1 });
console.log(await pool.exec((a: number, b: number) => a + b, [1, 2]));
await pool.terminate();
