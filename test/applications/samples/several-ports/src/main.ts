import { createServer as createTcpServer } from 'node:net';
import express from 'express';
import { Counter, register } from 'prom-client';

const asked = new Counter({ name: 'asked_total', help: 'Requests' });
const app = express();
app.get('/', (_request, response) => {
  asked.inc();
  response.send('application');
});
const admin = express();
admin.get('/metrics', async (_request, response) => {
  response.type(register.contentType).send(await register.metrics());
});
app.listen(Number(process.env.PORT));
admin.listen(Number(process.env.PORT_ADMIN));
createTcpServer((socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nby hand')).listen(Number(process.env.PORT_TCP));
