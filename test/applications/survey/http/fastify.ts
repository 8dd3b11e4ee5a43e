// fastify@5.12.8
import fastify from 'fastify';

const app = fastify();
app.get(
  '/:id',
  { schema: { params: { type: 'object', properties: { id: { type: 'integer' } } } } },
  async ({ params }) => params,
);
console.log((await app.inject('/7')).body, (await app.inject('/x')).body);
await app.close();
