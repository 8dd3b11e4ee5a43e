import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { writeBlob } from '../../src/executable/format/blob.ts';
import { bytesOf, type Bytes } from '../../src/executable/format/bytes.ts';
import { artifactFor, digestOfOwn } from '../../src/executable/rebuild.ts';
import { runtimes } from '../../src/executable/runtimes/runtimes-table.ts';
import { openExecutable } from '../../src/executable/self.ts';
import { localSource } from '../../src/executable/runtimes/sources.ts';
import { digestOf } from '../../src/shared/digest.ts';
import { fixtureForFile, here } from '../support/programs/executable-fixture.ts';
import { flippedCopy, otherOrigin } from '../support/executable/rebuilds.ts';

const { fixture, folder } = fixtureForFile();

describe('artifactFor()', () => {
  it('is the file that rebuild() writes, from its own bytes and from the cache', async () => {
    const { from, runtimes: settings } = otherOrigin(fixture(), folder());
    for (const origin of [await openExecutable(fixture().path), from]) {
      const artifact = await artifactFor(here, { from: origin, name: 'app', runtimes: settings });
      await using file = await open(fixture().path);
      expect(artifact).toMatchObject({
        name: 'app',
        target: here,
        version: fixture().version,
        sizeBytes: (await file.stat()).size,
        prefix: { digest: runtimes[here].prefix.digest, sizeBytes: runtimes[here].prefix.sizeBytes },
      });
      expect(await digestOf(artifact.open())).toBe(fixture().version);
    }
  });

  it('gives any range, also across the seam and several at once', async () => {
    const artifact = await artifactFor(here, { from: await openExecutable(fixture().path), name: 'app' });
    const whole = await readFile(fixture().path);
    const seam = runtimes[here].prefix.sizeBytes;
    const ranges = [
      [0, 1],
      [seam - 70_000, seam + 70_000],
      [seam, seam + 5],
      [whole.length - 3, whole.length],
      [5, 5],
    ] as const;
    const read = ranges.map(([start, end]) => Array.fromAsync(artifact.open({ start, end })));
    const parts = (await Promise.all(read)).map((chunks) => Buffer.concat(chunks));
    expect(parts.map((part, index) => part.equals(whole.subarray(...(ranges[index] ?? []))))).toEqual(
      ranges.map(() => true),
    );
  });

  it('tells where its parts are, and the SHA-256 of the prefix without reading it', async () => {
    const large = Buffer.alloc(50_000, 'asset');
    const blob = writeBlob({ mainPath: 'main.js', code: Buffer.from('main'), assets: [['large', large]] });
    const settings = { source: localSource(join(folder(), 'nothing')), cacheFolder: join(folder(), 'cache') };
    const artifact = await artifactFor(here, { from: { blob: bytesOf(blob) }, name: 'app', runtimes: settings });
    const { prefix, cuts = [], sizeBytes } = artifact;
    expect(cuts).toHaveLength(1);
    const [cut = 0] = cuts;
    const part = Buffer.concat(await Array.fromAsync(artifact.open({ start: cut, end: sizeBytes })));
    expect(part.subarray(8 + 5 + 8).indexOf(large)).toBe(0);
    const hash = await prefix.hashed();
    for await (const chunk of artifact.open({ start: prefix.sizeBytes })) hash.update(chunk);
    expect(hash.digest('hex')).toBe(artifact.version);
    expect(prefix).toMatchObject({ md5: runtimes[here].prefix.md5 });
  });

  it('needs no runtime for the version, nor for the tail alone', async () => {
    const settings = { source: localSource(join(folder(), 'nothing')), cacheFolder: join(folder(), 'cache') };
    const from = { blob: bytesOf(fixture().blob) };
    const artifact = await artifactFor(here, { from, name: 'app', runtimes: settings });
    expect(artifact.version).toBe(fixture().version);
    const tail = Buffer.concat(await Array.fromAsync(artifact.open({ start: artifact.prefix.sizeBytes })));
    expect(tail.includes(fixture().blob)).toBe(true);
    await expect(artifact.prepare()).rejects.toMatchObject({ code: 'runtime-unavailable' });
  });

  it('hashes its own file once, however often it is asked for', async () => {
    const from = await openExecutable(fixture().path);
    const { rebuilt } = from;
    if (rebuilt === undefined) throw new Error('it is one of ours');
    let reads = 0;
    const bytes: Bytes = {
      ...rebuilt.bytes,
      open(range) {
        reads += 1;
        return rebuilt.bytes.open(range);
      },
    };
    const counted = { ...from, rebuilt: { ...rebuilt, bytes } };
    expect(await digestOfOwn(counted)).toBe(fixture().version);
    await artifactFor(here, { from: counted, name: 'app' });
    expect(reads).toBe(1);
  });

  it('refuses an executable whose own bytes are not right, before anything is sent', async () => {
    const from = await openExecutable(await flippedCopy(fixture().path, join(folder(), 'damaged'), 60_000_000));
    await expect(artifactFor(here, { from, name: 'app' })).rejects.toMatchObject({ code: 'executable-damaged' });
  });
});
