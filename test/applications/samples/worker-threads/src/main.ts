import { once } from 'node:events';
import { createServer } from 'node:http';
import { Worker } from 'node:worker_threads';

createServer(async (request, response) => {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: Number(request.url?.slice(1)) });
  const [answer] = await once(worker, 'message');
  await worker.terminate();
  response.end(answer);
}).listen(Number(process.env.PORT));
