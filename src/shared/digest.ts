import { DeployError } from './errors.ts';

// This room's modules start with every program, in each pod. Loading `node:crypto` takes 9 ms and 3 MB, `node:fs/promises` 4 ms
// and 2 MB: here they wait until something is hashed.

/** SHA-256: 64 lower-case hex digits (FIPS 180-4). */
export type Digest = string & { readonly __digest: unique symbol };

/** Hashes a stream without holding it in memory (an executable is about 120 MB). */
export async function digestOf(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<Digest> {
  const { createHash } = await import('node:crypto');
  const hash = createHash('sha256');
  for await (const chunk of chunks) hash.update(chunk);
  return hash.digest('hex') as Digest;
}

/** Hashes a file as `sha256sum` does. */
export async function digestOfFile(path: string, signal?: AbortSignal): Promise<Digest> {
  const [{ createHash }, { open }] = await Promise.all([import('node:crypto'), import('node:fs/promises')]);
  const file = await open(path);
  try {
    const hash = createHash('sha256');
    // Two buffers in turn, one filled while the other is hashed. A stream takes a new one for each chunk: 60 MB, until they
    // are collected.
    const buffers = [Buffer.allocUnsafeSlow(chunkBytes), Buffer.allocUnsafeSlow(chunkBytes)] as const;
    const fill = async (turn: number) => file.read(buffers[turn % 2 === 0 ? 0 : 1], 0, chunkBytes);
    let next = fill(0);
    for (let turn = 1; ; turn += 1) {
      const { buffer, bytesRead } = await next;
      signal?.throwIfAborted();
      if (bytesRead === 0) return hash.digest('hex') as Digest;
      next = fill(turn);
      hash.update(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

const chunkBytes = 1 << 18;

/**
 * Reads a full digest from a wire format or from user input.
 *
 * @throws {DeployError} `bad-usage` if it is not 64 hex digits.
 */
export function parseDigest(text: string): Digest {
  const digest = text.trim().toLowerCase();
  if (!isDigest(digest)) {
    throw new DeployError('bad-usage', `Cannot read "${text}" as a SHA-256`, { hint: 'Pass all 64 hex digits.' });
  }
  return digest;
}

/** True if a text is a full digest, in lower case. */
export function isDigest(text: string): text is Digest {
  return /^[0-9a-f]{64}$/.test(text);
}

/** Enough of a digest for people: its first 12 digits. What others wrote in its place need not be one. */
export function short(digest: string): string {
  return digest.slice(0, 12);
}
