// fastify@5.12.8 @fastify/static@10.1.11 @fastify/swagger@9.9.3 @fastify/swagger-ui@6.1.3 @fastify/view@12.0.0 ejs@7.0.2
import fastify from 'fastify';
import swagger from '@fastify/swagger';
import ui from '@fastify/swagger-ui';
import view from '@fastify/view';
import ejs from 'ejs';

const app = fastify();
await app.register(swagger, { openapi: {} });
await app.register(ui);
await app.register(view, { engine: { ejs } });
const { statusCode, body } = await app.inject('/documentation/static/index.html');
console.log(statusCode, body.length);
await app.close();
