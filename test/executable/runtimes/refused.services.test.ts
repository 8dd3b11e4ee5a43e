import { copyFile, open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { fuse } from '../../../src/executable/format/prefix.ts';
import { runtimeFile } from '../../../src/executable/runtimes/runtimes.ts';
import { runtimes } from '../../../src/executable/runtimes/runtimes-table.ts';
import { localSource, mirrorSource, npmSource } from '../../../src/executable/runtimes/sources.ts';
import type { Target } from '../../../src/shared/target.ts';
import {
  builtFixture,
  elsewhere,
  here,
  installedRuntime,
  needEmulator,
} from '../../support/programs/executable-fixture.ts';
import { packRuntime, startNpmRegistry } from '../../support/executable/registry-server.ts';
import { directNetwork, runtimeSourcesForFile } from '../../support/executable/runtime-sources.ts';

const { prefix, package: carrier } = runtimes[here];
const { archives, folder, cacheFolder, refusal } = runtimeSourcesForFile();

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
    const path = join(folder(), 'runtime');
    await writeFile(path, content);
    expect((await refusal(localSource(path))).message).toBe(`${start} ${path}: it is not an ELF file`);
  });

  it.each<[Target, string, () => Promise<string>]>([
    ['win-x64', 'it is not a PE file', async () => import.meta.filename],
    ['darwin-arm64', 'it is not a Mach-O file', async () => import.meta.filename],
    ['darwin-x64', `it is built for ${here}`, async () => installedRuntime],
  ])('if it is for %s and %s', async (target, reason, make) => {
    const source = await make();
    await expect(runtimeFile(target, { source, cacheFolder: cacheFolder() })).rejects.toMatchObject({
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
      (archive) => copyFile(archives().dist, archive).then(() => truncate(archive, 9_999_999)),
      'the archive is truncated',
    ],
    ['not gzip', (archive) => writeFile(archive, 'text'), 'the archive is not gzip, or is damaged'],
    ['without a runtime', (archive) => packRuntime(archive, { 'package/package.json': '{}' }), 'the archive has no '],
  ])('if its archive is %s', async (_, make, reason) => {
    const dist = join(folder(), 'archive');
    await make(dist);
    await using registry = await startNpmRegistry({ archives: { npm: dist, dist } });
    for (const source of [
      mirrorSource(`${registry.url}/dist/`, directNetwork()),
      npmSource({ ...directNetwork(), registryOf: () => `${registry.url}/npm/` }),
    ]) {
      expect(await refusal(source)).toMatchObject({
        code: 'runtime-refused',
        message: expect.stringContaining(reason),
        hint: 'Pass --runtime-source with another place to fetch it from.',
      });
    }
  });
});

/** A copy of the runtime of this machine, changed. */
async function changed(change: (file: string) => Promise<void>): Promise<string> {
  const path = join(folder(), 'runtime');
  await copyFile(installedRuntime, path);
  await change(path);
  return path;
}

async function overwrite(path: string, position: number, bytes: Buffer): Promise<void> {
  await using file = await open(path, 'r+');
  await file.write(bytes, 0, bytes.length, position);
}
