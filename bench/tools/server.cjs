// What src/hello-world.ts would be without selfsame: the plain script that the benchmark holds it against. As an ordinary
// user would write it, in CommonJS, which Node starts sooner than an ES module; without flags, which makes it faster still.
const { createServer } = require('node:http');
const { hostname } = require('node:os');

const server = createServer((_request, response) => {
  response.writeHead(200, { 'Content-Type': 'text/plain' });
  response.end(`Hello from ${hostname()} (${process.arch})\n`);
});
server.listen(process.env.PORT, () => console.error(`serving on http://localhost:${process.env.PORT}`));
process.once('SIGTERM', () => server.close());
