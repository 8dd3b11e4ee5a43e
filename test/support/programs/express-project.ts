import { serverTsconfig, type ProjectFiles } from './project.ts';

export interface ExpressProject {
  readonly type: 'commonjs' | 'module';
  /** What its tests are written for. */
  readonly tests: 'node' | 'jest' | 'vitest';
  /** Path of the tarball of selfsame. */
  readonly tarball: string;
}

const testPackages = { node: {}, jest: { jest: '30.5.2' }, vitest: { vitest: '4.1.12' } };
const testCommands = { node: 'node --test dist/app.test.js', jest: 'jest dist', vitest: 'vitest run src' };

/** A server with Express, TypeScript and tests of its own, as thousands are. */
export function expressProject({ type, tests, tarball }: ExpressProject): ProjectFiles {
  const ending = type === 'module' ? '.js' : '';
  return {
    'package.json': {
      name: 'shop',
      version: '1.0.0',
      private: true,
      type,
      scripts: {
        build: 'tsc',
        start: 'node dist/server.js',
        test: testCommands[tests],
        'which-node': 'node --version',
      },
      dependencies: { express: '5.2.1' },
      devDependencies: {
        '@types/express': '5.0.6',
        '@types/node': '20.19.43',
        '@types/supertest': '7.2.1',
        selfsame: `file:${tarball}`,
        supertest: '7.3.2',
        typescript: '5.9.3',
        ...testPackages[tests],
      },
    },
    // Types of vitest are for another library of the language.
    'tsconfig.json': serverTsconfig(type, { skipLibCheck: tests === 'vitest' }),
    'public/about.txt': 'about the shop\n',
    'src/app.ts': `import express from 'express';

export const app = express();
app.use(express.static('public'));
app.get('/hello', (_request, response) => {
  response.send('hello from the shop');
});
`,
    'src/server.ts': `import { app } from './app${ending}';

const port = Number(process.env.PORT) || 3000;
app.listen(port, () => console.log('listening'));
`,
    'src/app.test.ts': `${testHeads[tests]}
import request from 'supertest';
import { DeployError, parseAddress } from 'selfsame';
import { app } from './app${ending}';

test('says hello', async () => {
  const response = await request(app).get('/hello');
  if (response.text !== 'hello from the shop') throw new Error(response.text);
});

test('imports selfsame', () => {
  if (parseAddress(':8080').port !== 8080) throw new Error('Not the port');
  if (!(new DeployError('bad-usage', 'a', { hint: 'b' }) instanceof Error)) throw new Error('No error');
});
`,
  };
}

const testHeads = {
  node: "import test from 'node:test';",
  jest: 'declare const test: (claim: string, run: () => unknown) => void;',
  vitest: "import { test } from 'vitest';",
} as const;
