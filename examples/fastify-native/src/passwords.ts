import { compare, hash } from 'bcrypt';
import fastify from 'fastify';
import { selfsame } from 'selfsame';

const text = { type: 'string', minLength: 1, maxLength: 72 } as const;
const body = (...fields: string[]) => ({
  type: 'object',
  required: fields,
  properties: Object.fromEntries(fields.map((field) => [field, text])),
});

void selfsame({
  name: 'passwords',
  describe: 'Hashes passwords, and compares them',
  options: {
    http: { type: 'string', default: ':3000', describe: 'Address to serve on' },
    rounds: { type: 'number', default: 12, describe: 'How much work a hash is: 2 to the power of that' },
  },
  address: ({ http }) => http,
  async run({ options: { rounds }, serve }) {
    const app = fastify();

    app.get('/', async () => ({ rounds, architecture: process.arch }));

    app.post<{ Body: { password: string } }>('/hash', { schema: { body: body('password') } }, async ({ body }) => {
      return { hash: await hash(body.password, rounds) };
    });

    app.post<{ Body: { password: string; hash: string } }>(
      '/compare',
      { schema: { body: body('password', 'hash') } },
      async ({ body }) => ({ matches: await compare(body.password, body.hash) }),
    );

    await app.ready();
    await serve(app.server);
    await app.close();
  },
});
