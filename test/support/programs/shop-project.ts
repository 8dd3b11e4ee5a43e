import { serverTsconfig, type ProjectFiles } from './project.ts';

/**
 * Somebody's shop: Express with TypeScript, a template, files that it reads in the working directory, native code, and tests of its own.
 *
 * @param type of its modules.
 */
export function shopProject(type: 'commonjs' | 'module'): ProjectFiles {
  const ending = type === 'module' ? '.js' : '';
  return {
    'package.json': {
      name: 'shop',
      version: '1.0.0',
      private: true,
      type,
      scripts: { build: 'tsc', start: 'node dist/server.js', test: 'tsc && node --test dist/shop.test.js' },
      dependencies: { bcrypt: '6.0.0', ejs: '3.1.10', express: '5.2.1' },
      devDependencies: {
        '@types/bcrypt': '6.0.0',
        '@types/express': '5.0.6',
        '@types/node': '20.19.43',
        typescript: '5.9.3',
      },
    },
    'tsconfig.json': serverTsconfig(type),
    '.gitignore': 'node_modules\n',
    '.git/HEAD': 'ref: refs/heads/main\n',
    'public/style.css': 'body { color: black }\n',
    'views/index.ejs': '<h1><%= title %></h1><% for (const { name } of products) { %><li><%= name %></li><% } %>\n',
    'data/products.json': [{ id: 1, name: 'Teapot' }],
    'src/shop.ts': `import { readFileSync } from 'node:fs';
import bcrypt from 'bcrypt';
import express from 'express';

const products = JSON.parse(readFileSync('data/products.json', 'utf8')) as { id: number; name: string }[];

export const shop = express();
shop.set('view engine', 'ejs');
shop.use(express.json());
shop.use(express.static('public'));
shop.get('/', (_request, response) => {
  response.render('index', { title: 'The shop', products });
});
shop.get('/health', (_request, response) => {
  response.json({ status: 'ok' });
});
shop.get('/products/:id', (request, response) => {
  const found = products.find(({ id }) => String(id) === request.params.id);
  response.status(found === undefined ? 404 : 200).json(found ?? { error: 'not found' });
});
shop.post('/hash', async (request, response) => {
  const { password } = request.body as { password: string };
  response.json({ isRight: await bcrypt.compare(password, await bcrypt.hash(password, 4)) });
});
`,
    'src/server.ts': `import { shop } from './shop${ending}';

const port = Number(process.env.PORT) || 3000;
shop.listen(port, () => console.log('The shop is open'));
`,
    'src/shop.test.ts': `import assert from 'node:assert';
import type { AddressInfo } from 'node:net';
import test from 'node:test';
import { shop } from './shop${ending}';

test('lists what there is', async () => {
  const server = shop.listen(0);
  try {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(\`http://127.0.0.1:\${port}/\`);
    assert.match(await response.text(), /Teapot/);
  } finally {
    server.close();
  }
});
`,
  };
}

/** Paths, and what the shop answers to them. */
export const shopAnswers = {
  '/': '<h1>The shop</h1><li>Teapot</li>\n',
  '/style.css': 'body { color: black }\n',
  '/health': '{"status":"ok"}',
  '/products/1': '{"id":1,"name":"Teapot"}',
} as const;
