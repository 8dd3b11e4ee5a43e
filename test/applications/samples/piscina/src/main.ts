import { createServer } from 'node:http';
import { join } from 'node:path';
import { Piscina } from 'piscina';
import workerpool from 'workerpool';

const pool = new Piscina({ filename: new URL('./task.ts', import.meta.url).href, maxThreads: 1 });
const other = workerpool.pool(join(import.meta.dirname, 'pool-task.ts'), { maxWorkers: 1, workerType: 'thread' });
const server = createServer(async (request, response) => {
  const text = request.url ?? '';
  response.end(JSON.stringify([await pool.run(text), await other.exec('upper', [text])]));
});
server.listen(Number(process.env.PORT));
process.on('SIGTERM', () => {
  server.close();
  void pool.destroy();
  void other.terminate(true);
});
