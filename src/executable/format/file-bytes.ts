import type { FileHandle } from 'node:fs/promises';
import { DeployError } from '../../shared/errors.ts';

/**
 * Reads a part of a file; headers only, never a whole executable.
 *
 * @param range both in bytes.
 * @throws {DeployError} `executable-damaged` if the file ends before.
 */
export async function readAt(
  file: FileHandle,
  { start, length }: { readonly start: number; readonly length: number },
): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length;) {
    const { bytesRead } = await file.read(bytes, done, length - done, start + done);
    if (bytesRead === 0) throw damagedFile('it ends too early');
    done += bytesRead;
  }
  return bytes;
}

/** The error for a file whose own headers contradict it. */
export function damagedFile(reason: string): DeployError {
  return new DeployError('executable-damaged', `Cannot read the executable: ${reason}`, {
    hint: 'Fetch or build the file again.',
  });
}

/** Writes all of `bytes` at a place of a file. */
export async function writeAt(file: FileHandle, start: number, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    done += (await file.write(bytes, done, bytes.length - done, start + done)).bytesWritten;
  }
}
