import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { moduleStyle } from '../../../src/toolchain/init/module-style.ts';
import { findOwnProject } from '../../../src/toolchain/init/project.ts';
import { filesIn, portIn } from '../../../src/toolchain/init/server-settings.ts';
import { reachableSources } from '../../../src/toolchain/init/sources.ts';
import { projectOf, type ProjectFiles } from '../../support/programs/project.ts';

async function styleOf(entry: string, files: ProjectFiles) {
  await using folder = await projectOf({ 'package.json': {}, ...files });
  const [main] = reachableSources(join(folder.path, entry));
  if (main === undefined) throw new Error('No entry');
  const { ending, form, specifier } = moduleStyle(await findOwnProject(folder.path), main);
  return [ending, form, specifier].join(' ');
}

const tsconfig = (compilerOptions: object) => ({ compilerOptions });

describe('moduleStyle()', () => {
  it.each<[claim: string, expected: string, entry: string, files: ProjectFiles]>([
    ['TypeScript without settings names the source', '.ts import ./main.ts', 'main.ts', { 'main.ts': '' }],
    [
      'modules of nodenext end in .js',
      '.ts import ./main.js',
      'src/main.ts',
      { 'src/main.ts': '', 'tsconfig.json': tsconfig({ module: 'nodenext' }), 'package.json': { type: 'module' } },
    ],
    [
      'import() in CommonJS of node16 does, too',
      '.ts import ./main.js',
      'src/main.ts',
      { 'src/main.ts': "import { a } from './a';", 'src/a.ts': '', 'tsconfig.json': tsconfig({ module: 'node16' }) },
    ],
    [
      'a bundler or commonjs needs no ending',
      '.ts import ./main',
      'src/main.ts',
      { 'src/main.ts': '', 'tsconfig.json': tsconfig({ module: 'commonjs' }) },
    ],
    [
      'the endings of the project are kept',
      '.ts import ./main.js',
      'src/main.ts',
      {
        'src/main.ts': "import { a } from './a.js';",
        'src/a.ts': '',
        'tsconfig.json': tsconfig({ module: 'esnext', moduleResolution: 'bundler' }),
      },
    ],
    [
      'sources are named where the compiler takes that',
      '.ts import ./main.ts',
      'src/main.ts',
      { 'src/main.ts': '', 'tsconfig.json': tsconfig({ module: 'nodenext', allowImportingTsExtensions: true }) },
    ],
    [
      'verbatim CommonJS asks for import = require',
      '.ts import-require ./main.js',
      'main.ts',
      { 'main.ts': '', 'tsconfig.json': tsconfig({ module: 'nodenext', verbatimModuleSyntax: true }) },
    ],
    [
      '.mts stays a module',
      '.mts import ./main.mjs',
      'main.mts',
      { 'main.mts': '', 'tsconfig.json': tsconfig({ module: 'node20' }) },
    ],
    ['.tsx needs no .tsx', '.ts import ./main.tsx', 'main.tsx', { 'main.tsx': '' }],
    ['JavaScript is CommonJS', '.js require ./main.js', 'main.js', { 'main.js': "const a = require('./a');" }],
    ['or a module by type', '.js import ./main.js', 'main.js', { 'main.js': '', 'package.json': { type: 'module' } }],
    ['or by its syntax', '.js import ./main.js', 'main.js', { 'main.js': "import a from 'a';\n" }],
    ['or by its ending', '.mjs import ./main.mjs', 'main.mjs', { 'main.mjs': '' }],
    [
      '.cjs in a module package',
      '.cjs require ./main.cjs',
      'main.cjs',
      { 'main.cjs': '', 'package.json': { type: 'module' } },
    ],
    ['a script without ending', '.js require ./www', 'bin/www', { 'bin/www': "var app = require('../app');" }],
  ])('%s', async (_claim, expected, entry, files) => {
    expect(await styleOf(entry, files)).toBe(expected);
  });
});

describe('portIn()', () => {
  it.each([
    ['const port = process.env.PORT || 3000;', 3000],
    ["const port = parseInt(process.env['PORT'] ?? '4000', 10);", 4000],
    ["var port = normalizePort(process.env.PORT || '3001');", 3001],
    ['app.listen(5000);', 5000],
    ['await fastify.listen({ port: 4321, host: "::" });', 4321],
    ['z.object({ PORT: z.coerce.number().default(9000) })', 9000],
    ['const PORT: number = 8123;', 8123],
    ['app.listen(process.env.PORT);', undefined],
    ['const port = 99999;', undefined],
  ])('finds in %s the port %s', (text, port) => {
    expect(portIn([{ path: basename(text), text, imports: [] }])).toBe(port);
  });
});

describe('filesIn()', () => {
  const files = { 'package.json': {}, 'public/a.css': '', 'views/a.ejs': '', 'data/seed.json': '{}', 'src/x.ts': '' };
  it.each<[text: string, found: string[]]>([
    ["app.use(express.static('public'))", ['public/**']],
    ['app.use("/assets", express.static("./public/"))', ['public/**']],
    ["app.use(serveStatic({ root: './public' }))", ['public/**']],
    ["app.use(express.static(path.join(process.cwd(), 'public')))", ['public/**']],
    ["app.set('views', './views'); app.set('view engine', 'ejs')", ['views/**']],
    ["app.set('view engine', 'ejs')", ['views/**']],
    ["fs.readFileSync('data/seed.json')", ['data/seed.json']],
    ["path.resolve('data', 'seed.json')", ['data/seed.json']],
    ["express.static(path.join(__dirname, 'public'))", []],
    ["app.get({ path: '/public' }); express.static('gone'); express.static('..'); express.static('src')", []],
  ])('finds in %s %s', async (text, found) => {
    await using folder = await projectOf(files);
    const project = await findOwnProject(folder.path);
    expect(filesIn(project, [{ path: 'main.js', text, imports: [] }])).toEqual(found);
  });
});

it('reachableSources() follows relative imports of any form, and no packages', async () => {
  await using folder = await projectOf({
    'main.ts':
      "import { a } from './a.js';\nimport './b';\nexport * from './c/index.js';\nimport express from 'express';",
    'a.ts': "const x = await import('./d.mjs');",
    'b.tsx': "const e = require('./e');",
    'c/index.ts': "import main from '../main.ts';",
    'd.mts': '',
    'e/index.js': '',
    'unused.ts': '',
  });
  const paths = reachableSources(join(folder.path, 'main.ts')).map(({ path }) => path.slice(folder.path.length + 1));
  expect(paths.toSorted()).toEqual(['a.ts', 'b.tsx', 'c/index.ts', 'd.mts', 'e/index.js', 'main.ts']);
});
