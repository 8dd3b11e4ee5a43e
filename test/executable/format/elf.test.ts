import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { locateElfBlob } from '../../../src/executable/format/elf.ts';
import { fuse, layoutOf, prefixOf } from '../../../src/executable/format/prefix.ts';
import { runtimes } from '../../../src/executable/runtimes/runtimes-table.ts';
import { cleanUp, here, installedRuntime, temporaryFolder } from '../../support/programs/executable-fixture.ts';

afterAll(cleanUp);

describe('prefixOf()', () => {
  it('gives the bytes that the table promises, wherever the chunks are cut', async () => {
    const { prefix } = runtimes[here];
    for (const highWaterMark of [1 << 20, 65_521]) {
      const hashes = [createHash('sha256'), createHash('md5')];
      let sizeBytes = 0;
      for await (const chunk of prefixOf(createReadStream(installedRuntime, { highWaterMark }), prefix)) {
        for (const hash of hashes) hash.update(chunk);
        sizeBytes += chunk.length;
      }
      expect([sizeBytes, ...hashes.map((hash) => hash.digest('hex'))]).toEqual([
        prefix.sizeBytes,
        prefix.digest,
        prefix.md5,
      ]);
    }
  });

  it('starts from the runtime that the table promises', async () => {
    const { digest, md5, sizeBytes } = runtimes[here];
    const bytes = await readFile(installedRuntime);
    const hashes = ['sha256', 'md5'].map((name) => createHash(name).update(bytes).digest('hex'));
    expect([bytes.length, ...hashes]).toEqual([sizeBytes, digest, md5]);
  });
});

describe('layoutOf()', () => {
  it('finds what the table says', async () => {
    const { digest: _, md5: __, hashState: ___, ...layout } = runtimes[here].prefix;
    const fuseOffset = (await readFile(installedRuntime)).indexOf(fuse) + fuse.length;
    await using file = await open(installedRuntime);
    expect(await layoutOf(file, fuseOffset)).toEqual(layout);
  });
});

describe('locateElfBlob()', () => {
  it('finds none in a plain runtime, nor in what is no ELF file', async () => {
    for (const path of [installedRuntime, import.meta.filename]) {
      await using file = await open(path);
      expect(await locateElfBlob(file)).toBeUndefined();
    }
  });

  it('says so when the file ends within its headers', async () => {
    const path = join(await temporaryFolder(), 'cut');
    await writeFile(path, (await readFile(installedRuntime)).subarray(0, 100));
    await using file = await open(path);
    await expect(locateElfBlob(file)).rejects.toMatchObject({ code: 'executable-damaged' });
  });
});
