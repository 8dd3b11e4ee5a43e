import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { asAnotherUser } from '../support/programs/another-user.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const sources = ['LICENSE', 'package.json', 'sea-config.json', 'tsconfig.json', 'runner', 'scripts', 'src'];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selfsame-reproducible-'));
  await chmod(folder, 0o777);
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

it('two checkouts in different folders give one release, whoever builds them, where and when', async () => {
  const here = await build(join(folder, 'one'), { umask: '022', TZ: 'UTC', LC_ALL: 'C', clock: '2026-11-22 12:00:00' });
  const there = await build(join(folder, 'another', 'much-deeper', 'place with spaces'), {
    user: '65534',
    umask: '077',
    TZ: 'Pacific/Chatham',
    LC_ALL: 'tr_TR.UTF-8',
    clock: '2001-02-03 04:05:06',
  });
  expect(here).toMatch(/"linux-arm64": "[0-9a-f]{64}"/);
  expect(there).toBe(here);
}, 120_000);

interface Circumstances {
  /** Number of the user who builds; absent: whoever runs the tests. */
  readonly user?: string;
  readonly umask: string;
  readonly TZ: string;
  readonly LC_ALL: string;
  readonly clock: string;
}

/** Builds a copy of the sources as `npm run build` does, and asks what came of it. */
async function build(checkout: string, { user, umask, clock, ...environment }: Circumstances): Promise<string> {
  await mkdir(checkout, { recursive: true });
  for (const name of sources) await cp(join(root, name), join(checkout, name), { recursive: true });
  await run('chmod', ['-R', 'a+rX', folder]);
  await chmod(checkout, 0o777);
  // Hard links where that is possible: the packages are large, and only read.
  await run('sh', [
    '-c',
    'cp -al "$1" "$2" 2>/dev/null || cp -a "$1" "$2"',
    'sh',
    join(root, 'node_modules'),
    checkout,
  ]);
  const home = join(checkout, 'home');
  await mkdir(home);
  await chmod(home, 0o777);
  const env = { ...environment, PATH: process.env['PATH'], HOME: home, XDG_CACHE_HOME: home };
  const command = `umask ${umask}; faketime -m '${clock}' node scripts/launch.mjs scripts/build.ts >&2 && ./dist/hello-world --version-hash --output json`;
  const words = ['sh', '-c', command];
  const as = user === undefined ? words : [...asAnotherUser(user), ...words];
  const { stdout } = await run(as[0] ?? '', as.slice(1), { cwd: checkout, env });
  return stdout;
}
