import { join } from 'node:path';
import statics from '@fastify/static';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import Fastify from 'fastify';

const app = Fastify({ logger: false });
await app.register(swagger, { openapi: { info: { title: 'Sums', version: '1.0.0' } } });
await app.register(swaggerUi, { routePrefix: '/docs' });
await app.register(statics, { root: join(import.meta.dirname, '../public'), prefix: '/public/' });
const number = { type: 'number' } as const;
app.get(
  '/sum/:a/:b',
  {
    schema: {
      params: { type: 'object', properties: { a: number, b: number } },
      response: { 200: { type: 'object', properties: { sum: number } } },
    },
  },
  async (request) => {
    const { a, b } = request.params as { a: number; b: number };
    return { sum: a + b, dropped: true };
  },
);
await app.listen({ port: Number(process.env.PORT), host: '0.0.0.0' });
