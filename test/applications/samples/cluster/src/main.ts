import cluster from 'node:cluster';
import { createServer } from 'node:http';

if (cluster.isPrimary) {
  console.log('primary');
  for (let i = 0; i < 2; i++) cluster.fork({ NUMBER: `${i}` });
  cluster.on('exit', (_worker, code) => console.log(`worker ended with ${code}`));
  process.on('SIGTERM', () => cluster.disconnect());
} else {
  const server = createServer((_request, response) => response.setHeader('connection', 'close').end('a worker'));
  server.listen(Number(process.env.PORT));
}
