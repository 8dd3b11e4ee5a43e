import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';

/** An archive that ends too early, is no gzip or tar, or lacks the file. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveError';
}

/**
 * Streams one file out of a .tar.gz; what follows it is not read.
 *
 * @throws {ArchiveError} if it is not in there, or the archive is damaged.
 */
export async function* fileInArchive(archive: AsyncIterable<Uint8Array>, path: string): AsyncGenerator<Uint8Array> {
  const entries = extract();
  const stop = new AbortController();
  let failure: unknown;
  const feeding = pipeline(Readable.from(archive, { objectMode: false }), createGunzip(), entries, {
    signal: stop.signal,
  }).catch((error: unknown) => {
    if (!stop.signal.aborted) failure = error;
  });
  try {
    for await (const entry of entries) {
      if (entry.header.name === path) {
        yield* entry as AsyncIterable<Buffer>;
        return;
      }
      entry.resume();
    }
  } catch (error) {
    // The pipeline destroys its last stream with an error of its own: the first one says what happened.
    await feeding;
    throw worded(failure ?? error);
  } finally {
    stop.abort();
    await feeding;
  }
  if (failure !== undefined) throw worded(failure);
  throw new ArchiveError(`the archive has no ${path}`);
}

function worded(error: unknown): unknown {
  const { code, message } = error as { code?: string; message?: string };
  if (code === 'Z_BUF_ERROR') return new ArchiveError('the archive is truncated', { cause: error });
  if (code?.startsWith('Z_')) return new ArchiveError('the archive is not gzip, or is damaged', { cause: error });
  if (message === 'Unexpected end of data') return new ArchiveError('the archive is truncated', { cause: error });
  if (message?.startsWith('Invalid tar header')) return new ArchiveError('the archive is not tar', { cause: error });
  return error;
}
