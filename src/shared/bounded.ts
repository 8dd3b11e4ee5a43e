import { closeSync, openSync, readSync } from 'node:fs';

/** What somebody answers is more than anybody has to take. */
export class TooLarge extends Error {
  override readonly name = 'TooLarge';

  /** @param mostBytes what would have been taken. */
  constructor(mostBytes: number) {
    super(`it is larger than ${mostBytes < mebibyte ? `${mostBytes >> 10} KiB` : `${mostBytes >> 20} MiB`}`);
  }
}

export const mebibyte = 1 << 20;

/**
 * Reads all of what others send. The stream is ended where it is too long.
 *
 * @throws {TooLarge} past so many bytes; whatever the stream throws.
 */
export async function boundedBytes(
  body: AsyncIterable<Uint8Array>,
  { mostBytes }: { readonly mostBytes: number },
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    sizeBytes += chunk.length;
    if (sizeBytes > mostBytes) throw new TooLarge(mostBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** As {@link boundedBytes}, for text. */
export async function boundedText(
  body: AsyncIterable<Uint8Array>,
  limit: { readonly mostBytes: number },
): Promise<string> {
  return (await boundedBytes(body, limit)).toString();
}

/**
 * Reads a whole file of text, which may be any that a user names: also one without an end.
 *
 * @throws {TooLarge} past so many bytes; the system's error.
 */
export function boundedFile(path: string, { mostBytes }: { readonly mostBytes: number }): string {
  const file = openSync(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for (let left = mostBytes + 1; ;) {
      const chunk = Buffer.alloc(Math.min(left, 1 << 16));
      const readBytes = readSync(file, chunk);
      if (readBytes === 0) return Buffer.concat(chunks).toString();
      left -= readBytes;
      if (left === 0) throw new TooLarge(mostBytes);
      chunks.push(chunk.subarray(0, readBytes));
    }
  } finally {
    closeSync(file);
  }
}
