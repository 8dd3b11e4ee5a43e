import { createServer } from 'node:http';
import { hostname } from 'node:os';
import { selfsame } from './index.ts';

// No `await` in front: a main with top-level await must be an ES module, which Node starts 45 ms later.
void selfsame({
  name: 'hello-world',
  describe: 'Says hello over HTTP',
  options: {
    http: { type: 'string', default: ':8080', describe: 'Address to serve on' },
    greeting: { type: 'string', default: 'Hello', describe: 'What to say' },
  },
  address: ({ http }) => http,
  async run({ options, serve }) {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/plain' });
      response.end(`${options.greeting} from ${hostname()} (${process.arch})\n`);
    });
    await serve(server);
  },
});
