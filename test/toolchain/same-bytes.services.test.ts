import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packPackage } from '../../scripts/package/pack.ts';
import { scratchFolder, type ScratchFolder } from '../support/executable/scratch.ts';
import { asAnotherUser } from '../support/programs/another-user.ts';
import { packageManagers, type ManagerName } from '../support/programs/package-managers.ts';
import { inProject, installInProject, projectOf, type ProjectFiles } from '../support/programs/project.ts';

/** Two versions of a package, of which one lies below two others; native code; CommonJS and ES modules; maps of a package's own. */
const dependencies = {
  'string-width': '7.2.0',
  '@node-rs/crc32': '1.10.6',
  bcrypt: '6.0.0',
  debug: '4.4.3',
  ms: '2.0.0',
  nanoid: '5.1.6',
  'path-to-regexp': '8.4.2',
  send: '0.19.0',
  'strip-ansi': '6.0.1',
  'wrap-ansi': '9.0.2',
};

const manifest = { name: 'shop', version: '1.0.0', type: 'module', dependencies };

const sources: ProjectFiles = {
  'tsconfig.json': { compilerOptions: { target: 'es2022', module: 'nodenext', strict: true } },
  'public/about.txt': 'about\n',
  'src/selfsame.ts': `import { selfsame } from 'selfsame';

void selfsame({ name: 'shop', main: () => import('./main.ts'), files: ['public/**'] });
`,
  'src/main.ts': `import { crc32 } from '@node-rs/crc32';
import bcrypt from 'bcrypt';
import debug from 'debug';
import ms from 'ms';
import { nanoid } from 'nanoid';
import { match } from 'path-to-regexp';
import send from 'send';
import stringWidth from 'string-width';
import stripAnsi from 'strip-ansi';
import wrapAnsi from 'wrap-ansi';

console.log(JSON.stringify([
  crc32('x'), bcrypt.getRounds(await bcrypt.hash('x', 4)), typeof debug('x'), ms(60_000), nanoid().length,
  match('/:id')('/7'), typeof send, stringWidth('\\u001B[1mab'), stripAnsi('\\u001B[1mab'), wrapAnsi('a b', 1),
]));
`,
};

/** Where, as whom and with which settings a project is built. */
interface Circumstances {
  readonly place: string;
  readonly umask: string;
  /** In front of the command. */
  readonly as?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

const circumstances: Readonly<Record<ManagerName, Circumstances>> = {
  npm: { place: 'shop', umask: '022' },
  pnpm: { place: 'another/much-deeper/place with spaces', umask: '002', env: { TZ: 'Pacific/Chatham' } },
  'yarn classic': { place: 'user', umask: '077', as: asAnotherUser(), env: { LC_ALL: 'tr_TR.UTF-8', HOME: '/' } },
  'yarn berry': { place: 'clock', umask: '027', as: ['faketime', '-m', '10 days ago'] },
};

describe('a project that is built in four folders', () => {
  let folder: ScratchFolder;
  let built: readonly { readonly by: string; readonly hash: string; readonly file: string }[];

  beforeAll(async () => {
    folder = await projectOf({ 'package.json': { private: true } });
    const shared = { XDG_CACHE_HOME: join(folder.path, 'cache'), npm_config_cache: join(folder.path, 'npm-cache') };
    const [managers, { tarball }] = await Promise.all([
      packageManagers(folder.path),
      packPackage(join(folder.path, 'packed')),
    ]);
    const installed = async (by: ManagerName): Promise<string> => {
      await using made = await projectOf({
        ...sources,
        ...managers[by].files,
        'package.json': { ...manifest, devDependencies: { selfsame: `file:${tarball}`, chalk: '4.1.2' } },
      });
      const project = join(folder.path, circumstances[by].place);
      await mkdir(project, { recursive: true });
      await inProject(['cp', '-r', `${made.path}/.`, project], { cwd: folder.path });
      const env = { ...shared, YARN_CACHE_FOLDER: join(project, '.cache'), XDG_DATA_HOME: join(project, '.data') };
      await installInProject(managers[by].install, { cwd: project, env });
      return project;
    };
    const build = async (by: ManagerName, project: string) => {
      const { umask, as = [], env } = circumstances[by];
      // What another user may read, and where to write.
      await inProject(['chmod', '-R', 'a+rwX', folder.path], { cwd: folder.path });
      const words = [...managers[by].run, 'selfsame', 'build', '--no-trial', '--runtime-source', process.execPath];
      await inProject(['sh', '-c', `umask ${umask}; exec "$@"`, 'sh', ...as, ...words], {
        cwd: project,
        env: { ...shared, YARN_CACHE_FOLDER: join(project, '.cache'), ...env },
      });
      const file = join(project, 'dist/shop');
      const { stdout } = await inProject([file, '--version-hash', '--output', 'json'], { cwd: project });
      return { by, hash: stdout, file };
    };
    const names = Object.keys(circumstances) as ManagerName[];
    const folders = await Promise.all(names.map(async (by) => [by, await installed(by)] as const));
    const done = [];
    // One by one: the first fetches what the others find in the cache, which another user cannot fetch.
    for (const [by, project] of folders) done.push(await build(by, project));
    built = done;
  }, 240_000);

  afterAll(async () => folder[Symbol.asyncDispose]());

  it('is the same release, whatever package manager installed it, whoever built it, where and when', () => {
    const [first] = built;
    expect(first?.hash).toMatch(/"linux-arm64": "[0-9a-f]{64}"/);
    for (const each of built) expect(each).toMatchObject({ by: each.by, hash: first?.hash });
  });

  it('runs with the right version of each package, and without the project', async () => {
    await using elsewhere = await scratchFolder();
    const { stdout } = await inProject([built[0]?.file ?? ''], { cwd: elsewhere.path });
    expect(JSON.parse(stdout)).toEqual([
      2363233923,
      4,
      'function',
      '1m',
      21,
      { path: '/7', params: { id: '7' } },
      'function',
      2,
      'ab',
      'a\nb',
    ]);
  });
});
