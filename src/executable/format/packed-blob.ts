import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { constants, createZstdCompress } from 'node:zlib';
import { DeployError } from '../../shared/errors.ts';
import type { ArtifactBlob } from './artifact.ts';

/**
 * Measured on a blob of 3.3 MB: level 9 makes 0.78 MB of it in 75 ms, level 3 0.87 MB in 25, level 19 0.72 MB in 1,100. The same
 * Node.js makes the same bytes, and a blob belongs to one.
 */
const level = 9;

/** What zstd makes depends on how much it is given at a time. */
const chunkBytes = 1 << 18;

/**
 * Compresses a blob by zstd. It is checked on the way: what comes out is that very blob.
 *
 * @returns undefined if that takes more than `limitBytes`: no more than so many are held.
 * @throws {DeployError} `executable-damaged` if its bytes are not those of its digest.
 */
export async function packBlob(
  blob: ArtifactBlob,
  { limitBytes }: { readonly limitBytes: number },
): Promise<Buffer | undefined> {
  const hash = createHash('sha256');
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  await pipeline(
    async function* () {
      for await (const chunk of inEqualChunks(blob.open())) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createZstdCompress({ params: { [constants.ZSTD_c_compressionLevel]: level } }),
    async (packed: AsyncIterable<Buffer>) => {
      for await (const chunk of packed) {
        sizeBytes += chunk.length;
        if (sizeBytes <= limitBytes) chunks.push(chunk);
      }
    },
  );
  if (hash.digest('hex') !== blob.digest) {
    throw new DeployError('executable-damaged', 'The bytes of the application are not those that were hashed before', {
      hint: 'Build it again; the file was changed or damaged meanwhile.',
    });
  }
  return sizeBytes > limitBytes ? undefined : Buffer.concat(chunks, sizeBytes);
}

/** The same bytes, `chunkBytes` at a time, however they come. */
async function* inEqualChunks(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  for await (const chunk of bytes) {
    for (let at = 0; at < chunk.length;) {
      const part = chunk.subarray(at, at + chunkBytes - heldBytes);
      at += part.length;
      heldBytes += part.length;
      held.push(part);
      if (heldBytes < chunkBytes) continue;
      yield Buffer.concat(held);
      [held, heldBytes] = [[], 0];
    }
  }
  if (heldBytes > 0) yield Buffer.concat(held);
}
