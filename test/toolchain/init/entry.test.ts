import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { findEntry } from '../../../src/toolchain/init/find-entry.ts';
import { applicationName, findOwnProject, pathIn } from '../../../src/toolchain/init/project.ts';
import { projectOf, type ProjectFiles } from '../../support/programs/project.ts';

const server = "require('node:http').createServer().listen(3000);\n";

async function entryIn(files: ProjectFiles, { named, isAgreed = false }: { named?: string; isAgreed?: boolean } = {}) {
  await using folder = await projectOf(files);
  const project = await findOwnProject(folder.path);
  const { path, why } = findEntry(project, { named, cwd: folder.path, isAgreed });
  return { path: pathIn(project, path), why };
}

describe('findEntry()', () => {
  it.each<[claim: string, expected: string, files: ProjectFiles]>([
    [
      'maps what a build makes to its source',
      'src/server.ts',
      { 'package.json': { scripts: { start: 'node dist/server.js' } }, 'src/server.ts': server, 'src/main.ts': server },
    ],
    [
      'maps by outDir and rootDir',
      'app/http/main.ts',
      {
        'package.json': { scripts: { start: 'NODE_ENV=production node --enable-source-maps .out/http/main.js' } },
        'tsconfig.json': { compilerOptions: { outDir: '.out', rootDir: 'app' } },
        'app/http/main.ts': server,
      },
    ],
    [
      'reads the path behind a runner and its flags',
      'src/index.ts',
      { 'package.json': { scripts: { dev: 'tsx watch --env-file=.env src/index.ts' } }, 'src/index.ts': server },
    ],
    [
      'knows the main file of Nest',
      'src/main.ts',
      { 'package.json': { scripts: { start: 'nest start' } }, 'src/main.ts': server, 'src/app.ts': server },
    ],
    [
      'takes a script without an ending, as express-generator makes it',
      'bin/www',
      {
        'package.json': { scripts: { start: 'node ./bin/www' } },
        'bin/www': `#!/usr/bin/env node\nvar app = require('../app');\n`,
        'app.js': 'module.exports = 1;\n',
      },
    ],
    ['takes main', 'lib/start.js', { 'package.json': { main: './lib/start.js' }, 'lib/start.js': server }],
    [
      'prefers the script to main, which may be a library',
      'server.mjs',
      {
        'package.json': { main: 'index.js', scripts: { start: 'node server.mjs' } },
        'index.js': 'module.exports = 1;\n',
        'server.mjs': server,
      },
    ],
    [
      'takes the usual file that starts a server',
      'src/index.ts',
      { 'package.json': {}, 'src/index.ts': server, 'src/app.ts': 'export const app = 1;\n' },
    ],
  ])('%s', async (_claim, expected, files) => {
    expect((await entryIn(files)).path).toBe(expected);
  });

  it('says why', async () => {
    const files = { 'package.json': { scripts: { start: 'node dist/a.js' } }, 'src/a.ts': server };
    expect((await entryIn(files)).why).toBe('scripts["start"] in package.json says "node dist/a.js"');
  });

  it('does not choose between several, unless it may', async () => {
    const files = { 'package.json': {}, 'src/main.ts': server, 'server.js': server };
    await expect(entryIn(files)).rejects.toMatchObject({
      code: 'project-refused',
      message: 'Cannot choose between src/main.ts, server.js',
      hint: 'Name the one that starts your server, for example: npx selfsame init src/main.ts',
    });
    expect((await entryIn(files, { isAgreed: true })).path).toBe('src/main.ts');
    expect((await entryIn(files, { named: 'server.js' })).path).toBe('server.js');
  });

  it('refuses a file that is not there, a project without one, and a folder without a project', async () => {
    await expect(entryIn({ 'package.json': {} }, { named: 'src/x.ts' })).rejects.toMatchObject({
      message: 'Cannot find the source file "src/x.ts"',
    });
    await expect(entryIn({ 'package.json': {} })).rejects.toMatchObject({ code: 'project-refused' });
    await expect(entryIn({ 'package.json': { dependencies: { next: '16' } } })).rejects.toMatchObject({
      hint: "Set output: 'standalone' in next.config, run next build, then: npx selfsame init .next/standalone/server.js",
    });
    await expect(entryIn({ 'package.json': '{ "name": ' })).rejects.toMatchObject({ code: 'project-refused' });
    await expect(findOwnProject('/')).rejects.toMatchObject({ code: 'project-refused' });
  });
});

it('findOwnProject() takes the nearest package of a monorepo', async () => {
  await using folder = await projectOf({
    'package.json': { name: 'root', workspaces: ['packages/*'] },
    'packages/api/package.json': { name: '@acme/api' },
    'packages/api/src/main.ts': server,
  });
  const project = await findOwnProject(join(folder.path, 'packages/api/src'));
  expect(project.folder).toBe(join(folder.path, 'packages/api'));
});

it.each([
  ['@acme/Shop_API.v2', 'shop-api-v2'],
  ['42-things', 'things'],
  ['@acme/__', 'app'],
])('applicationName() makes of "%s" the label "%s"', (name, label) => {
  expect(applicationName({ folder: '/x', manifest: { name } })).toBe(label);
});
