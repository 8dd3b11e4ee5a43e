import { once } from 'node:events';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { spawn } from 'node:child_process';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startAsset } from '../../src/app/start/start-config.ts';
import { filesAsset, readArchive } from '../../src/shared/archive.ts';
import { bundleOptions, deployerEntry } from '../../src/toolchain/bundle.ts';
import { readBlob, writeBlob } from '../../src/executable/format/blob.ts';
import { bytesOf } from '../../src/executable/format/bytes.ts';
import { packagesAsset } from '../../src/executable/packages/package-list.ts';
import { rebuild } from '../../src/executable/rebuild.ts';
import { openExecutable } from '../../src/executable/self.ts';
import { localSource } from '../../src/executable/runtimes/sources.ts';
import { cleanUp, here, installedRuntime, temporaryFolder } from '../support/programs/executable-fixture.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { runProgram } from '../support/programs/program.ts';

describe('main', () => {
  it('has nothing in it that deploys', async () => {
    const { metafile } = await build({
      entryPoints: [join(import.meta.dirname, '../../src/hello-world.ts')],
      bundle: true,
      platform: 'node',
      format: 'cjs',
      write: false,
      metafile: true,
      logLevel: 'silent',
      mainFields: ['module', 'main'],
    });
    const inputs = Object.keys(metafile.inputs);
    const packages = inputs.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
    expect([...new Set(packages)].toSorted()).toEqual(['env-paths', 'hash-wasm', 'is-safe-filename']);
    expect(inputs.filter((path) => /src\/(?:store|platforms|deploy|toolchain)\//.test(path))).toEqual([]);
  });

  it('is small', async () => {
    const { code, assets } = readBlob(await blobOf(helloExecutable));
    const { files } = readArchive(assets.get(filesAsset) ?? new Uint8Array());
    const sizes = Object.fromEntries([...files].map(([name, { start, end }]) => [name, end - start]));
    expect(Object.keys(sizes)).toEqual([
      'app/package.json',
      'app/src/hello-world.bundle.cjs',
      'app/src/hello-world.bundle.cjs.map',
    ]);
    expect(code.length).toBeLessThan(1_000);
    expect(assets.get(startAsset)?.length).toBeLessThan(15_000);
    expect(assets.get(packagesAsset)?.length).toBeLessThan(40_000);
    expect(sizes['app/src/hello-world.bundle.cjs']).toBeLessThan(160_000);
  });
});

describe('an executable whose deploying half is broken', () => {
  let broken: string;

  beforeAll(async () => {
    const blob = readBlob(await blobOf(helloExecutable));
    const assets = new Map(blob.assets).set(
      'deployer.cjs',
      Buffer.from('throw new Error("the deploying half was loaded")'),
    );
    broken = join(await temporaryFolder(), 'broken');
    await rebuild(here, {
      from: { blob: bytesOf(writeBlob({ ...blob, assets })) },
      output: broken,
      runtimes: { source: localSource(installedRuntime) },
    });
  });
  afterAll(cleanUp);

  it('shows that it is loaded to deploy, and for help', async () => {
    for (const words of [['--kubernetes'], ['--local'], ['--help'], ['self', 'status']]) {
      const ended = await runProgram(broken, words);
      expect(ended).toMatchObject({ status: 70, stdout: '' });
      expect(ended.stderr).toContain('the deploying half was loaded');
    }
  });

  it('serves and knows its version all the same: there it is not loaded', async () => {
    const other = here === 'linux-x64' ? 'linux-arm64' : 'linux-x64';
    for (const target of [here, other]) {
      const ended = await runProgram(broken, ['--version-hash', '--target', target, '--output', 'json']);
      expect(ended).toMatchObject({ status: 0, stderr: '' });
    }
    const child = spawn(broken, ['--http', '127.0.0.1:0'], { stdio: ['ignore', 'inherit', 'pipe'] });
    const exit = once(child, 'exit');
    const [line] = (await once(createInterface(child.stderr), 'line')) as [string];
    expect(await (await fetch(/http:\S+/.exec(line)?.[0] ?? line)).text()).toMatch(/^Hello from /);
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    await rm(broken);
  });
});

describe('the deploying half', () => {
  let metafile: Metafile;

  beforeAll(async () => {
    ({ metafile } = await build(bundleOptions(deployerEntry)));
  });
  afterAll(cleanUp);

  it('loads at its start neither what one store alone needs, nor a class for every object of Kubernetes', async () => {
    const packageOf = (path: string): string => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? '';
    const ofAzure = (paths: Iterable<string>) => [...paths].filter((path) => packageOf(path).startsWith('@azure/'));
    expect(ofAzure(Object.keys(metafile.inputs))).not.toEqual([]);
    const atStart = startOf(metafile, deployerEntry);
    expect(ofAzure(atStart)).toEqual([]);
    expect([...atStart].filter((path) => packageOf(path) === '@kubernetes/client-node').length).toBeGreaterThan(5);
    expect([...atStart].filter((path) => /\/gen\/(?:apis|models)\//.test(path))).toEqual([]);
  });

  it('leaves out what nothing comes to', async () => {
    const inputs = Object.keys(metafile.inputs);
    expect(inputs).toContain('node_modules/undici/lib/dispatcher/parser-h1.js');
    expect(inputs).toContain('node_modules/@azure/storage-blob/dist/esm/utils/blobListArrowParser.js');
    expect(
      inputs.filter((path) => /\/(?:undici\/lib\/(?:milo|mock|cache|interceptor)|apache-arrow)\//.test(path)),
    ).toEqual([]);
  });

  it('is compiled at each start: what lies in the cache is not run', async () => {
    const cache = await temporaryFolder();
    const ended = await runProgram(helloExecutable, ['--help'], { env: { XDG_CACHE_HOME: cache } });
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(await readdir(cache)).toEqual([]);
  });

  it('does without where the cache cannot be written', async () => {
    const file = join(await temporaryFolder(), 'file');
    await writeFile(file, 'no folder');
    const ended = await runProgram(helloExecutable, ['--help'], { env: { XDG_CACHE_HOME: file } });
    expect(ended).toMatchObject({ status: 0, stderr: '' });
    expect(ended.stdout).toContain('--kubernetes');
  });
});

/** What is evaluated with an entry: all that is reached without `import()`. */
function startOf({ inputs }: Metafile, entry: string): Set<string> {
  const reached = new Set([entry]);
  for (const path of reached) {
    for (const { kind, path: next } of inputs[path]?.imports ?? []) if (kind !== 'dynamic-import') reached.add(next);
  }
  return reached;
}

async function blobOf(path: string): Promise<Buffer> {
  const { blob } = await openExecutable(path);
  return Buffer.concat(await Array.fromAsync(blob.open(), (chunk) => Buffer.from(chunk)));
}
