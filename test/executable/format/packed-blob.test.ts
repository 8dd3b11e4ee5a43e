import { zstdDecompressSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { packBlob } from '../../../src/executable/format/packed-blob.ts';
import { digestOf } from '../../../src/shared/digest.ts';
import { noise } from '../../support/programs/artifact.ts';

const bytes = Buffer.concat([Buffer.from('again and again '.repeat(50_000)), noise('packed', 300_000)]);
const { length: sizeBytes } = bytes;

async function blobIn(chunkBytes: number, content = bytes) {
  return {
    digest: await digestOf([bytes]),
    sizeBytes,
    async *open() {
      for (let at = 0; at < content.length; at += chunkBytes) yield content.subarray(at, at + chunkBytes);
    },
  };
}

describe('packBlob()', () => {
  it('makes the same bytes however the blob is read, and zstd gives it back', async () => {
    const packed = await packBlob(await blobIn(sizeBytes), { limitBytes: sizeBytes });
    expect(packed?.length).toBeLessThan(310_000);
    expect(zstdDecompressSync(packed ?? Buffer.alloc(0)).equals(bytes)).toBe(true);
    for (const chunkBytes of [1_000, 65_536, 262_144]) {
      expect(packed?.equals((await packBlob(await blobIn(chunkBytes), { limitBytes: sizeBytes })) ?? bytes)).toBe(true);
    }
  });

  it('gives nothing where that would be too large', async () => {
    expect(await packBlob(await blobIn(65_536), { limitBytes: 100_000 })).toBeUndefined();
  });

  it('refuses bytes that are not those of the digest', async () => {
    const changed = await blobIn(65_536, Buffer.from(bytes).fill(1, 5, 6));
    const cut = await blobIn(65_536, bytes.subarray(0, -1));
    for (const blob of [changed, cut]) {
      await expect(packBlob(blob, { limitBytes: sizeBytes })).rejects.toMatchObject({ code: 'executable-damaged' });
    }
  });
});
