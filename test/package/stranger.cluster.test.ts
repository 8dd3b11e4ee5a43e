// Ten minutes of somebody who has never seen selfsame: from the tarball to a cluster and back, in the words that one types.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { packPackage } from '../../scripts/package/pack.ts';
import { pathOf } from '../../src/platforms/kubernetes/api/resource-paths.ts';
import { digestOfFile } from '../../src/shared/digest.ts';
import { testCluster, type TestCluster } from '../support/cluster/cluster.ts';
import { serviceUrl } from '../support/cluster/service-url.ts';
import { loadStockImage } from '../support/cluster/stock-image.ts';
import { untilAnswer } from '../support/cluster/until-answer.ts';
import type { ScratchFolder } from '../support/executable/scratch.ts';
import { packageManagers, type ManagerName, type PackageManager } from '../support/programs/package-managers.ts';
import { inProject, plainEnvironment, projectOf } from '../support/programs/project.ts';
import { shopAnswers, shopProject } from '../support/programs/shop-project.ts';
import { stopwatch } from '../support/programs/stopwatch.ts';

let folder: ScratchFolder;
let tarball: string;
let managers: Readonly<Record<ManagerName, PackageManager>>;
const places: TestCluster[] = [];

beforeAll(async () => {
  folder = await projectOf({ 'package.json': { private: true } });
  [managers, { tarball }] = await Promise.all([
    packageManagers(folder.path),
    packPackage(join(folder.path, 'packed')),
    loadStockImage(),
  ]);
}, 180_000);

afterAll(async () => {
  for (const place of places) await place.close();
  await folder?.[Symbol.asyncDispose]();
}, 60_000);

it('goes from the tarball to a cluster and back, by npm and by pnpm', async () => {
  // At the same time: most of it is waiting for the registry and for nodes.
  const tables = await Promise.all([
    strangersWay('npm', { type: 'commonjs', as: 'my shop' }),
    strangersWay('pnpm', { type: 'module', as: 'shop' }),
  ]);
  process.stdout.write(tables.join(''));
}, 600_000);

interface Way {
  readonly type: 'commonjs' | 'module';
  /** The name of the project's folder. */
  readonly as: string;
}

/** @returns the table of what was typed, and how long it took. */
async function strangersWay(by: ManagerName, { type, as }: Way): Promise<string> {
  const { step, table } = stopwatch(by);
  const { install, add, run, test, files } = managers[by];
  const place = await testCluster(`stranger-${by}`);
  places.push(place);
  await using made = await projectOf({ ...shopProject(type), ...files });
  const cwd = join(made.path, as);
  await mkdir(cwd);
  for (const name of await readdir(made.path)) if (name !== as) await inProject(['mv', name, as], { cwd: made.path });
  const env = {
    KUBECONFIG: place.kubeconfig,
    XDG_CACHE_HOME: join(made.path, 'cache'),
    XDG_DATA_HOME: join(made.path, 'data'),
    npm_config_cache: join(folder.path, 'npm-cache'),
  };
  const typed = async (words: readonly string[], status = 0) => inProject(words, { cwd, env, status });
  const shop = async (words: readonly string[], status = 0) =>
    typed(['./dist/shop', ...words, '--namespace', place.namespace], status);

  await step('install', async () => typed(install));
  await step('add the tarball', async () => typed([...add, tarball]));
  await step('selfsame init --yes', async () => {
    const { stderr } = await typed([...run, 'selfsame', 'init', '--yes']);
    expect(stderr).toContain('Main file: src/server.ts');
    expect(stderr).toContain(`Next:\n  ${by} run build:selfsame\n  ./dist/shop --help\n`);
    const definition = await readFile(join(cwd, 'src/selfsame.ts'), 'utf8');
    expect(definition).toContain("files: ['data/products.json', 'public/**', 'views/**']");
  });
  await step('its own tests', async () => expect((await typed(test)).stdout).toMatch(/^. pass 1$/m));

  const build = async (): Promise<void> => {
    const { stdout, stderr } = await typed([...run, 'selfsame', 'build']);
    expect(stderr).toContain('Native code for linux-arm64 and linux-x64: bcrypt 6.0.0\n');
    expect(stderr).toContain('Files: 3 (data/products.json, public/**, views/**)\n');
    expect(stderr).toMatch(/^Tried .*: answers 200 at \/ after \d+ ms$/m);
    expect(stderr).not.toMatch(/Reads in the working directory|Not installed|error/);
    const [, digest] = /^([0-9a-f]{64}) {2}dist\/shop$/m.exec(stdout) ?? [];
    expect(digest).toBe(await digestOfFile(join(cwd, 'dist/shop')));
    expect((await readdir(join(cwd, 'dist'))).filter((name) => name.startsWith('.'))).toEqual([]);
  };
  await step('selfsame build', build);

  const elsewhere = join(made.path, 'elsewhere');
  await mkdir(elsewhere);
  const start = (words: readonly string[]): ChildProcess =>
    spawn(join(cwd, 'dist/shop'), words, {
      cwd: elsewhere,
      env: { ...plainEnvironment(), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  await step('run it, and ask it', async () => {
    const [url = ''] = await servedBy(
      start(['--http', '127.0.0.1:0']),
      /: serving on (http:\S+)/,
      async ([one = '']) => {
        await expectAnswers(one);
        const password = JSON.stringify({ password: 'secret' });
        const headers = { 'Content-Type': 'application/json' };
        const hashed = await fetch(new URL('/hash', one), { method: 'POST', body: password, headers });
        expect(await hashed.json()).toEqual({ isRight: true });
      },
    );
    expect(url).not.toBe('');
  });
  await step('--local --replicas 2', async () => {
    const urls = await servedBy(start(['--local', '--replicas', '2']), /^shop-\d (http:\S+)$/gm, async (both) => {
      for (const url of both) await expectAnswers(url);
    });
    expect(urls).toHaveLength(2);
  });

  const answered = async (words: string): Promise<void> =>
    untilAnswer(await serviceUrl(place, 'shop'), (text) => text.includes(words));
  await step('--kubernetes --replicas 2', async () => {
    const { stderr } = await shop(['--kubernetes', '--replicas', '2']);
    expect(stderr).toMatch(/stored in ConfigMaps .* no other store is configured\), started by node:26\.10\.0-slim/);
    expect(stderr).toMatch(/^✓ shop is ready in /m);
    await expectAnswers(await serviceUrl(place, 'shop'));
  });
  await step('self verify', async () => {
    expect((await shop(['self', 'verify'], 8)).stderr).toContain('Nothing differs');
  });

  const source = await readFile(join(cwd, 'src/shop.ts'), 'utf8');
  await writeFile(join(cwd, 'src/shop.ts'), source.replace("'The shop'", "'The new shop'"));
  await step('change, selfsame build', build);
  await step('--kubernetes --replicas 2, again', async () => {
    const { stderr } = await shop(['--kubernetes', '--replicas', '2']);
    expect(stderr).toContain('Deployment shop changed');
    await answered('The new shop');
  });
  await step('self status', async () => expect((await shop(['self', 'status'])).stdout).toContain('2/2 ready'));
  await step('self rollback', async () => {
    expect((await shop(['self', 'rollback'])).stderr).toMatch(/^✓ Release \w+ of shop is ready in /m);
    await answered('The shop');
  });
  // What runs is the release before this file.
  await step('self verify, again', async () => {
    expect((await shop(['self', 'verify'], 1)).stderr).toMatch(/\d+ of \d+ comparisons differ/);
  });
  await step('self delete --yes', async () => {
    await shop(['self', 'delete', '--yes']);
    for (const kind of ['Deployment', 'Service', 'Secret', 'ConfigMap'] as const) {
      const { namespace } = place;
      const { items } = await place.cluster.request<{ items: { metadata: { name: string } }[] }>(
        'GET',
        pathOf(kind, { namespace }),
      );
      const theirs = new Set(['shop-outside', 'kube-root-ca.crt']);
      expect(items.map(({ metadata }) => metadata.name).filter((name) => !theirs.has(name))).toEqual([]);
    }
  });
  return table();
}

async function expectAnswers(url: string): Promise<void> {
  for (const [path, text] of Object.entries(shopAnswers)) {
    expect(await (await fetch(new URL(path, url))).text()).toBe(text);
  }
}

/**
 * Asks a program that serves, and ends it as Ctrl-C does.
 *
 * @param pattern of an address in what it prints: once, or for each replica.
 */
async function servedBy(
  child: ChildProcess,
  pattern: RegExp,
  ask: (urls: readonly string[]) => Promise<void>,
): Promise<readonly string[]> {
  const ended = once(child, 'close') as Promise<[number | null]>;
  const wanted = pattern.global ? 2 : 1;
  const found = Promise.withResolvers<readonly string[]>();
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const urls = [...said.matchAll(new RegExp(pattern, 'gm'))].map(([, url = '']) => url);
      if (urls.length >= wanted) found.resolve(urls);
    });
  }
  try {
    const urls = await Promise.race([found.promise, ended.then(() => Promise.reject(new Error(said)))]);
    await ask(urls);
    child.kill('SIGINT');
    expect((await ended)[0]).toBe(0);
    return urls;
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
}
