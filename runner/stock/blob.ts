import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import type { Bytes } from '../../src/executable/format/bytes.ts';
import type { WantedBlob } from './environment.ts';
import { codeOf, Failure } from './reason.ts';

/**
 * The blob out of its pieces, decompressed and checked while it is read; it is never held as a whole.
 *
 * @throws {Failure} 66 if a piece is missing; 71 or 72, while it is read, if it is not the blob that was asked for.
 */
export async function openBlob(wanted: WantedBlob): Promise<Bytes> {
  const pieces = await piecesIn(wanted.folder);
  return { sizeBytes: wanted.sizeBytes, open: () => decompressed(pieces, wanted) };
}

async function piecesIn(folder: string): Promise<string[]> {
  const names = (await namesIn(folder)).filter((name) => /^\d+$/.test(name)).sort();
  if (names.length === 0) throw new Failure(66, `cannot make the executable: ${folder} holds no application`);
  const missing = names.findIndex((name, index) => Number(name) !== index);
  if (missing >= 0) throw new Failure(66, `cannot make the executable: piece ${missing} is missing in ${folder}`);
  return names.map((name) => join(folder, name));
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw new Failure(66, `cannot make the executable: ${folder} cannot be read (${codeOf(error)})`, error);
  }
}

async function* decompressed(pieces: readonly string[], { folder, digest, sizeBytes }: WantedBlob) {
  const hash = createHash('sha256');
  let length = 0;
  for await (const chunk of inflated(pieces, folder)) {
    length += chunk.length;
    if (length > sizeBytes) break;
    hash.update(chunk);
    yield chunk;
  }
  if (length !== sizeBytes) {
    const has = length > sizeBytes ? `more than ${sizeBytes} bytes` : `${length} bytes, not ${sizeBytes}`;
    throw new Failure(71, `wrong size: the application in ${folder} has ${has}`);
  }
  const found = hash.digest('hex');
  if (found !== digest) {
    throw new Failure(72, `wrong SHA-256: the application in ${folder} has ${found}, not ${digest}`);
  }
}

async function* inflated(pieces: readonly string[], folder: string): AsyncGenerator<Buffer> {
  const zstd = createZstdDecompress();
  // A failure of it ends the reading below as well.
  const feeding = pipeline(joined(pieces), zstd).catch(() => undefined);
  try {
    for await (const chunk of zstd) yield chunk as Buffer;
  } catch (error) {
    if (codeOf(error) === '') throw error;
    const isZstd = codeOf(error).startsWith('ZSTD_') || codeOf(error) === 'Z_BUF_ERROR';
    const why = isZstd ? 'damaged' : `not readable (${codeOf(error)})`;
    throw new Failure(isZstd ? 72 : 66, `cannot make the executable: the application in ${folder} is ${why}`, error);
  } finally {
    zstd.destroy();
    await feeding;
  }
}

async function* joined(pieces: readonly string[]): AsyncGenerator<Buffer> {
  for (const piece of pieces) {
    for await (const chunk of createReadStream(piece)) yield chunk as Buffer;
  }
}
