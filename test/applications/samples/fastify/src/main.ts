import Fastify from 'fastify';

const app = Fastify({ logger: false });
const number = { type: 'number' } as const;
app.get(
  '/sum/:a/:b',
  { schema: { params: { type: 'object', properties: { a: number, b: number } } } },
  async (request) => {
    const { a, b } = request.params as { a: number; b: number };
    return { sum: a + b };
  },
);
void app.listen({ port: Number(process.env.PORT), host: '0.0.0.0' });
