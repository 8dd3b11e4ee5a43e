import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packPackage } from '../../scripts/package/pack.ts';
import { digestOfFile } from '../../src/shared/digest.ts';
import { scratchFolder, type ScratchFolder } from '../support/executable/scratch.ts';
import { expressProject, type ExpressProject } from '../support/programs/express-project.ts';
import { packageManagers, type ManagerName, type PackageManager } from '../support/programs/package-managers.ts';
import { inProject, installInProject, plainEnvironment, projectOf } from '../support/programs/project.ts';

let folder: ScratchFolder;
let tarball: string;
let managers: Readonly<Record<ManagerName, PackageManager>>;

beforeAll(async () => {
  folder = await projectOf({ 'package.json': { private: true } });
  const installed = packageManagers(folder.path);
  ({ tarball } = await packPackage(join(folder.path, 'packed')));
  managers = await installed;
}, 180_000);

afterAll(async () => folder[Symbol.asyncDispose]());

const projects: readonly (readonly [ManagerName, Omit<ExpressProject, 'tarball'>])[] = [
  ['npm', { type: 'commonjs', tests: 'jest' }],
  ['pnpm', { type: 'module', tests: 'vitest' }],
  ['yarn classic', { type: 'commonjs', tests: 'node' }],
  ['yarn berry', { type: 'module', tests: 'node' }],
];

describe.each(projects)('a project with Express, by %s', (name, kind) => {
  let project: ScratchFolder;
  const env = () => ({
    YARN_CACHE_FOLDER: join(project.path, '.cache'),
    XDG_CACHE_HOME: join(folder.path, 'cache'),
    XDG_DATA_HOME: join(project.path, '.data'),
    npm_config_cache: join(folder.path, 'npm-cache'),
  });
  const run = async (words: readonly string[], status = 0) =>
    inProject([...managers[name].run, ...words], { cwd: project.path, env: env(), status });

  beforeAll(async () => {
    project = await projectOf({ ...expressProject({ ...kind, tarball }), ...managers[name].files });
    await installInProject(managers[name].install, { cwd: project.path, env: env() });
  }, 300_000);

  afterAll(async () => project[Symbol.asyncDispose]());

  it('gets a definition that its compiler takes, and its tests pass', async () => {
    const { stderr } = await run(['selfsame', 'init', '--yes']);
    expect(stderr).toContain('+  main: () => import(');
    expect(await readFile(join(project.path, 'src/selfsame.ts'), 'utf8')).toContain("files: ['public/**']");
    await run(['tsc']);
    await inProject(['npm', 'test'], { cwd: project.path });
  }, 300_000);

  it.each<[what: string, command: () => Promise<string[]>]>([
    ['serves from source on the Node.js of the project', async () => Promise.resolve(['node', 'dist/selfsame.js'])],
    [
      'serves from the one file that is built of it',
      async () => {
        const { stdout, stderr } = await run(['selfsame', 'build', '--runtime-source', process.execPath]);
        expect(stderr).toContain(': answers 404 at / after ');
        const [, digest, file = ''] = /^([0-9a-f]{64}) {2}(dist\/shop)$/m.exec(stdout) ?? [];
        expect(await digestOfFile(join(project.path, file))).toBe(digest);
        return [join(project.path, file)];
      },
    ],
  ])(
    '%s',
    async (_what, commandOf) => {
      const [file = '', ...words] = await commandOf();
      const isBuilt = words.length === 0;
      await using elsewhere = await scratchFolder();
      const child = spawn(file, [...words, '--http', '127.0.0.1:0'], {
        cwd: isBuilt ? elsewhere.path : project.path,
        env: plainEnvironment(),
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      try {
        const [said] = (await once(child.stderr, 'data')) as [Buffer];
        const [url] = /http:\S+/.exec(said.toString()) ?? [];
        for (const [path, body] of [
          ['/hello', 'hello from the shop'],
          ['/about.txt', 'about the shop\n'],
        ]) {
          expect(await (await fetch(`${url}${path}`)).text()).toBe(body);
        }
      } finally {
        child.kill();
        await once(child, 'exit');
      }
    },
    180_000,
  );
});
