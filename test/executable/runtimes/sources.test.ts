import { copyFile, mkdir, open, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { createReadStream } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent } from 'undici';
import type { Network } from '../../../src/executable/runtimes/npm-network.ts';
import { fuse } from '../../../src/executable/format/prefix.ts';
import { prefixFile, runtimeFile } from '../../../src/executable/runtimes/runtimes.ts';
import { runtimes } from '../../../src/executable/runtimes/runtimes-table.ts';
import {
  localSource,
  mirrorSource,
  npmSource,
  runtimeSource,
  type RuntimeSource,
} from '../../../src/executable/runtimes/sources.ts';
import { digestOfFile } from '../../../src/shared/digest.ts';
import type { ReportEvent } from '../../../src/shared/report.ts';
import type { Target } from '../../../src/shared/target.ts';
import {
  builtFixture,
  cleanUp,
  elsewhere,
  here,
  installedRuntime,
  needEmulator,
  temporaryFolder,
} from '../../support/programs/executable-fixture.ts';
import {
  packArchives,
  packRuntime,
  startNpmRegistry,
  type Archives,
  type Misbehave,
} from '../../support/executable/registry-server.ts';

const { prefix, digest, distPath, package: carrier } = runtimes[here];
let archives: Archives;
let folder: string;
let cacheFolder: string;

beforeAll(async () => {
  archives = await packArchives(await temporaryFolder());
}, 120_000);
beforeEach(async () => {
  folder = await temporaryFolder();
  cacheFolder = join(folder, 'cache');
});
afterEach(() => rm(folder, { recursive: true }));
afterAll(cleanUp);

describe('mirrorSource()', () => {
  it('gives the prefix, reports true progress, and keeps it for the next time', async () => {
    await using registry = await startNpmRegistry({ archives });
    const events: ReportEvent[] = [];
    const source = mirrorSource(`${registry.url}/dist`, direct());
    const path = await prefixFile(here, { source, cacheFolder, report: (event) => events.push(event) });
    expect(await digestOfFile(path)).toBe(prefix.digest);
    expect(path).toBe(join(cacheFolder, 'runtimes', prefix.digest));

    const { size } = await stat(archives.dist);
    const done = events.flatMap((event) => (event.kind === 'progress' ? [event.doneBytes] : []));
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(events.at(-1)).toMatchObject({ what: `Node.js ${carrier.version} for ${here}`, totalBytes: size });
    // The binary is not the last thing in the archive's last block.
    expect(done.at(-1)).toBeGreaterThan(size * 0.99);

    await prefixFile(here, { source, cacheFolder });
    expect(registry.asked).toHaveLength(1);
  });

  it('uses name, password and query of its address, and shows none of them', async () => {
    const authorization = `Basic ${btoa('me:very-secret')}`;
    await using registry = await startNpmRegistry({ archives, authorization });
    const address = `${registry.url.replace('//', '//me:very-secret@')}/dist/?sig=secret-too`;
    const source = mirrorSource(address, direct());
    await prefixFile(here, { source, cacheFolder });
    expect(registry.asked.map(({ url }) => url)).toEqual([`/dist/${distPath}?sig=secret-too`]);

    const wrong = mirrorSource(address.replace('/dist', '/none'), direct());
    const refused = await prefixFile(here, { source: wrong, cacheFolder: join(folder, 'other') }).catch(
      (error) => error,
    );
    expect(refused).toMatchObject({
      code: 'runtime-unavailable',
      message: expect.stringContaining(
        `the mirror ${registry.url}/none/: ${registry.url}/none/${distPath} answered 404`,
      ),
    });
    expect(`${refused.message} ${refused.hint} ${refused.cause}`).not.toMatch(/very-secret|secret-too/);
  });

  it('keeps the plain runtime where that is what is wanted', async () => {
    await using registry = await startNpmRegistry({ archives });
    const path = await runtimeFile(here, { source: mirrorSource(`${registry.url}/dist/`, direct()), cacheFolder });
    expect(await digestOfFile(path)).toBe(digest);
  });
});

describe('a failing server', () => {
  it('is asked again after 500, and after a connection that was dropped midway', async () => {
    const misbehave: Misbehave = (response, file, nth) => {
      if (nth === 1) response.writeHead(500).end();
      if (nth === 2 && file !== undefined) dropMidway(response, file);
      return nth <= 2;
    };
    await using registry = await startNpmRegistry({ archives, misbehave });
    const path = await prefixFile(here, { source: mirrorSource(`${registry.url}/dist/`, direct()), cacheFolder });
    expect(await digestOfFile(path)).toBe(prefix.digest);
    expect(registry.asked).toHaveLength(3);
  });

  it('is given up in the end, and nothing is left in the cache', async () => {
    await using registry = await startNpmRegistry({
      archives,
      misbehave: (response) => !!response.writeHead(503).end(),
    });
    expect(await refusal(mirrorSource(`${registry.url}/dist/`, direct()))).toMatchObject({
      code: 'runtime-unavailable',
      message: expect.stringContaining('answered 503'),
    });
    expect(registry.asked).toHaveLength(4);
  }, 30_000);

  it('is not asked again after 404', async () => {
    await using registry = await startNpmRegistry({
      archives,
      misbehave: (response) => !!response.writeHead(404).end(),
    });
    await refusal(npmSource({ ...direct(), registryOf: () => `${registry.url}/npm/` }));
    expect(registry.asked).toHaveLength(1);
  });

  it('is left at once when the user stops', async () => {
    const stop = new AbortController();
    const misbehave: Misbehave = (response) => {
      response.writeHead(200, { 'Content-Length': 1000 }).write('x');
      stop.abort();
      return true;
    };
    await using registry = await startNpmRegistry({ archives, misbehave });
    const source = mirrorSource(`${registry.url}/dist/`, direct());
    const stopped = prefixFile(here, { source, cacheFolder, signal: stop.signal });
    await expect(stopped).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(join(cacheFolder, 'runtimes'))).toEqual([]);
  });
});

describe('runtimeSource()', () => {
  it('refuses an address that cannot be read, without showing it', () => {
    expect(() => runtimeSource('https://me:very-secret@/dist')).toThrow(
      'Cannot read the runtime source: it is no address',
    );
  });

  it('takes the address of a file', async () => {
    const path = await prefixFile(here, { source: pathToFileURL(installedRuntime).href, cacheFolder });
    expect(await digestOfFile(path)).toBe(prefix.digest);
  });
});

describe('localSource()', () => {
  it('takes a plain binary', async () => {
    const path = await prefixFile(here, { source: installedRuntime, cacheFolder });
    expect(await digestOfFile(path)).toBe(prefix.digest);
  });

  it('takes a folder laid out like nodejs.org/dist', async () => {
    await mkdir(dirname(join(folder, 'dist', distPath)), { recursive: true });
    await copyFile(archives.dist, join(folder, 'dist', distPath));
    const path = await prefixFile(here, { source: join(folder, 'dist'), cacheFolder });
    expect(await digestOfFile(path)).toBe(prefix.digest);
  });

  it('says which file it misses', async () => {
    const nothing = join(folder, 'nothing');
    expect(await refusal(runtimeSource(nothing))).toMatchObject({
      code: 'runtime-unavailable',
      message: expect.stringMatching(/and .*nothing: there is no such file$/),
    });
    await mkdir(nothing);
    const { message } = await refusal(runtimeSource(nothing));
    expect(message.endsWith(`and ${nothing}: it has no ${distPath}`)).toBe(true);
  });
});

describe('a runtime is refused', () => {
  const start = `Refused Node.js ${carrier.version} for ${here} from`;

  it('if it is truncated', async () => {
    const path = await changed((file) => truncate(file, 100_000_000));
    expect(await refusal(localSource(path))).toMatchObject({
      code: 'runtime-refused',
      message: `${start} ${path}: it is truncated: 100000000 of ${runtimes[here].sizeBytes} bytes`,
    });
  });

  it('if it is built for another architecture', async () => {
    needEmulator();
    const path =
      elsewhere === 'linux-arm64' ? '/usr/aarch64-linux-gnu/lib/libc.so.6' : '/usr/x86_64-linux-gnu/lib/libc.so.6';
    expect((await refusal(localSource(path))).message).toBe(`${start} ${path}: it is built for ${elsewhere}`);
  });

  it.each([
    ['text', 'just some text, long enough to be looked at as if it were a header of something else'],
    ['nothing', ''],
  ])('if it is %s', async (_, content) => {
    const path = join(folder, 'runtime');
    await writeFile(path, content);
    expect((await refusal(localSource(path))).message).toBe(`${start} ${path}: it is not an ELF file`);
  });

  it.each<[Target, string, () => Promise<string>]>([
    ['win-x64', 'it is not a PE file', async () => import.meta.filename],
    ['darwin-arm64', 'it is not a Mach-O file', async () => import.meta.filename],
    ['darwin-x64', `it is built for ${here}`, async () => installedRuntime],
  ])('if it is for %s and %s', async (target, reason, make) => {
    const source = await make();
    await expect(runtimeFile(target, { source, cacheFolder })).rejects.toMatchObject({
      code: 'runtime-refused',
      message: `Refused Node.js ${carrier.version} for ${target} from ${source}: ${reason}`,
    });
  });

  it('if it carries an application already', async () => {
    const { path } = await builtFixture();
    expect((await refusal(localSource(path))).message).toBe(`${start} ${path}: it carries an application already`);
  });

  it('if it is stripped of its fuse', async () => {
    const path = await changed((file) => overwrite(file, prefix.fuseOffset - fuse.length, Buffer.alloc(fuse.length)));
    expect((await refusal(localSource(path))).message).toBe(
      `${start} ${path}: it has no fuse: it cannot carry an application`,
    );
  });

  it('if one bit of it is another', async () => {
    const path = await changed((file) => overwrite(file, 149_000_000, Buffer.of(0x5a)));
    expect((await refusal(localSource(path))).message).toBe(
      `${start} ${path}: it is not Node.js ${carrier.version} as published, but another version or changed`,
    );
  });

  it.each<[string, (archive: string) => Promise<void>, string]>([
    [
      'truncated',
      (archive) => copyFile(archives.dist, archive).then(() => truncate(archive, 9_999_999)),
      'the archive is truncated',
    ],
    ['not gzip', (archive) => writeFile(archive, 'text'), 'the archive is not gzip, or is damaged'],
    ['without a runtime', (archive) => packRuntime(archive, { 'package/package.json': '{}' }), 'the archive has no '],
  ])('if its archive is %s', async (_, make, reason) => {
    const dist = join(folder, 'archive');
    await make(dist);
    await using registry = await startNpmRegistry({ archives: { npm: dist, dist } });
    for (const source of [
      mirrorSource(`${registry.url}/dist/`, direct()),
      npmSource({ ...direct(), registryOf: () => `${registry.url}/npm/` }),
    ]) {
      expect(await refusal(source)).toMatchObject({
        code: 'runtime-refused',
        message: expect.stringContaining(reason),
        hint: 'Pass --runtime-source with another place to fetch it from.',
      });
    }
  });
});

describe('the cache', () => {
  it('is filled by two at once', async () => {
    const paths = await Promise.all([1, 2].map(() => prefixFile(here, { source: installedRuntime, cacheFolder })));
    expect(await readdir(join(cacheFolder, 'runtimes'))).toEqual([prefix.digest]);
    expect(new Set(paths).size).toBe(1);
  });

  it('says so if it cannot be written', async () => {
    await writeFile(cacheFolder, 'a file');
    const refused = await prefixFile(here, { source: installedRuntime, cacheFolder }).catch((error) => error);
    expect(refused).toMatchObject({
      code: 'runtime-unavailable',
      message: `Cannot keep Node.js ${carrier.version} for ${here} in "${join(cacheFolder, 'runtimes')}": a part of its path is a file`,
      hint: 'Make room there, or set XDG_CACHE_HOME to a folder that you can write.',
    });
  });
});

/** What a source is refused with. Nothing may be left in the cache. */
async function refusal(source: RuntimeSource): Promise<{ code: string; message: string; hint: string }> {
  const error = await prefixFile(here, { source, cacheFolder }).then(
    () => undefined,
    (refused) => refused,
  );
  expect(await readdir(join(cacheFolder, 'runtimes'))).toEqual([]);
  return error;
}

/** A network without proxy, token or authority of its own. */
function direct(): Network {
  const address = 'http://127.0.0.1:1/';
  return {
    dispatcher: new Agent(),
    registryOf: () => address,
    publicRegistry: address,
    authorizationFor: () => undefined,
    warnings: [],
  };
}

function dropMidway(response: Parameters<Misbehave>[0], file: string): void {
  response.writeHead(200, { 'Content-Length': 50_000_000 });
  const part = createReadStream(file, { end: 20_000_000 });
  part.pipe(response, { end: false });
  part.on('end', () => response.socket?.destroy());
}

/** A copy of the runtime of this machine, changed. */
async function changed(change: (file: string) => Promise<void>): Promise<string> {
  const path = join(folder, 'runtime');
  await copyFile(installedRuntime, path);
  await change(path);
  return path;
}

async function overwrite(path: string, position: number, bytes: Buffer): Promise<void> {
  await using file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, position);
}
