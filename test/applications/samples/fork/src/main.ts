import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';

createServer(async (request, response) => {
  const child = fork(new URL('./child.ts', import.meta.url), ['--loud'], { execArgv: ['--max-old-space-size=100'] });
  child.send({ path: request.url });
  const [answer] = await once(child, 'message');
  const [status] = await once(child, 'exit');
  response.end(JSON.stringify({ answer, status }));
}).listen(Number(process.env.PORT));
