import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packPackage, type Packed } from '../../scripts/package/pack.ts';
import { digestOfFile } from '../../src/shared/digest.ts';
import { scratchFolder, type ScratchFolder } from '../support/executable/scratch.ts';
import { inProject, installInProject, projectOf } from '../support/programs/project.ts';

let folder: ScratchFolder;
let packed: Packed;

beforeAll(async () => {
  folder = await scratchFolder();
  packed = await packPackage(folder.path);
}, 120_000);

afterAll(async () => folder[Symbol.asyncDispose]());

/** A checker of packages, by its own start file. */
async function check(name: string, words: readonly string[]): Promise<string> {
  const root = join(import.meta.dirname, '../../node_modules');
  const { bin } = JSON.parse(await readFile(join(root, name, 'package.json'), 'utf8')) as {
    bin: Record<string, string>;
  };
  const start = join(root, name, Object.values(bin)[0] ?? '');
  return (await inProject([process.execPath, start, ...words], { cwd: folder.path })).stdout;
}

describe('the tarball', () => {
  it('is the same bytes when it is made again', async () => {
    await using other = await scratchFolder();
    const again = await packPackage(other.path);
    expect(await digestOfFile(again.tarball)).toBe(await digestOfFile(packed.tarball));
  });

  it('has at most 3 MB', () => {
    expect(packed.sizeBytes).toBeLessThan(3e6);
  });

  it('says what it exports, and brings neither a Node.js nor a script', async () => {
    const manifest = JSON.parse(await readFile(join(packed.folder, 'package.json'), 'utf8')) as Record<string, object>;
    expect(Object.keys(manifest['exports'] ?? {})).toEqual(['.', './package.json']);
    expect(Object.keys(manifest['dependencies'] ?? {})).toEqual(['postject']);
    expect(manifest).not.toHaveProperty('scripts');
    expect(manifest).not.toHaveProperty('private');
  });

  it('has the licences of all that is bundled in it', async () => {
    const text = await readFile(join(packed.folder, 'LICENSES.txt'), 'utf8');
    // Of the halves alone, and of the command alone.
    for (const name of ['@azure/storage-blob', 'fflate', 'jsonc-parser']) {
      expect(text).toMatch(new RegExp(`^${name} \\d\\S+ \\(MIT\\)$`, 'm'));
    }
  });

  it('pleases publint and attw', async () => {
    expect(await check('publint', ['run', packed.tarball, '--strict'])).toContain('All good!');
    const types = JSON.parse(await check('@arethetypeswrong/cli', [packed.tarball, '--format', 'json'])) as {
      problems?: object;
    };
    expect(types.problems ?? {}).toEqual({});
  });
});

describe('a project with nothing but selfsame', () => {
  const source = `import { createServer } from 'node:http';
import { selfsame, type Application, type OptionsOf, type RunContext } from 'selfsame';

const options = { http: { type: 'string', default: ':8080', describe: 'Address' } } as const;
export type Given = OptionsOf<typeof options>;
export const offered: Application<typeof options> = {
  name: 'typed',
  options,
  address: ({ http }: Given): string => http,
  run: async ({ serve }: RunContext<typeof options>) => serve(createServer((_request, response) => response.end('typed'))),
};
void selfsame(offered);
`;
  let project: ScratchFolder;

  beforeAll(async () => {
    const devDependencies = { selfsame: `file:${packed.tarball}` };
    project = await projectOf({
      'package.json': { private: true, devDependencies, scripts: { 'which-node': 'node --version' } },
      'app.mts': source,
      'app.cts': source,
    });
    await installInProject(['npm', 'install'], { cwd: project.path });
  }, 120_000);

  afterAll(async () => project[Symbol.asyncDispose]());

  it('takes at most 60 MB', async () => {
    const { stdout } = await inProject(['du', '-sk', 'node_modules'], { cwd: project.path });
    expect(Number.parseInt(stdout, 10) * 1024).toBeLessThan(60e6);
  });

  it('keeps its own node in the scripts of npm', async () => {
    const own = await inProject(['node', '--version'], { cwd: project.path });
    const inScript = await inProject(['npm', 'run', '-s', 'which-node'], { cwd: project.path });
    expect(inScript.stdout).toBe(own.stdout);
  });

  it('is type-checked with all declarations, however modules are resolved', async () => {
    await installInProject(['npm', 'install', '-D', 'typescript@5.9.3', '@types/node@20.19.43'], { cwd: project.path });
    const strict = ['--noEmit', '--strict', '--exactOptionalPropertyTypes', '--target', 'es2022', '--types', 'node'];
    for (const [moduleResolution, module] of [
      ['nodenext', 'nodenext'],
      ['node16', 'node16'],
      ['bundler', 'esnext'],
      ['node10', 'esnext'],
    ] as const) {
      const words = ['--moduleResolution', moduleResolution, '--module', module, 'app.mts', 'app.cts'];
      await inProject(['npx', 'tsc', ...strict, ...words], { cwd: project.path });
    }
  }, 180_000);

  it.each(['mjs', 'cjs'])('serves from source, shows its help, and says how to build as .%s', async (ending) => {
    await inProject(
      ['npx', 'tsc', '--module', 'node16', '--target', 'es2022', '--types', 'node', `app.${ending.replace('j', 't')}`],
      {
        cwd: project.path,
      },
    );
    const help = await inProject(['node', `app.${ending}`, '--help'], { cwd: project.path });
    expect(help.stdout).toContain(`node app.${ending} --kubernetes`);
    const { stderr } = await inProject(['node', `app.${ending}`, '--kubernetes'], { cwd: project.path, status: 2 });
    expect(stderr).toBe(
      'error: Cannot do that as a script: this program is no executable yet. Build it first: npx selfsame build.\n',
    );
  });

  it('speaks to a cluster on the Node.js of the project', async () => {
    const cluster = { name: 'gone', cluster: { server: 'http://127.0.0.1:1' } };
    const kubeconfig = { clusters: [cluster], contexts: [{ name: 'gone', context: { cluster: 'gone' } }] };
    await writeFile(join(project.path, 'kubeconfig'), JSON.stringify({ ...kubeconfig, 'current-context': 'gone' }));
    const env = { KUBECONFIG: join(project.path, 'kubeconfig') };
    const words = ['node', 'app.cjs', 'self', 'status'];
    const { stderr } = await inProject(words, { cwd: project.path, env, status: 3 });
    expect(stderr).toContain('http://127.0.0.1:1');
  });

  it('fetches Node.js for executables from a mirror or a file, on that of the project', async () => {
    await using mirror = await listening(createServer((_request, response) => response.writeHead(404).end()));
    const env = { XDG_CACHE_HOME: join(project.path, 'cache') };
    const fetching = ['npx', 'selfsame', 'runtimes', '--runtime-source'];
    const refused = await inProject([...fetching, mirror.url], { cwd: project.path, env, status: 3 });
    expect(refused.stderr).toMatch(/^error: Cannot get Node\.js .* answered 404\. /);
    const { stdout } = await inProject([...fetching, process.execPath], { cwd: project.path, env });
    expect(stdout).toMatch(/^linux-\w+ {2}\d+\.\d+\.\d+ {2}\/.*\/cache\/selfsame\/runtimes\/[0-9a-f]{64}\n$/);
  });
});

/** A server on a port of its own. */
async function listening(server: Server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    [Symbol.asyncDispose]: async () => promisify(server.close.bind(server))(),
  };
}
