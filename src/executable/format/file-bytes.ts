import type { FileHandle } from 'node:fs/promises';
import { DeployError } from '../../shared/errors.ts';

/** No header that anybody writes is as large; what a file says of itself may be anything. */
const mostBytes = 1 << 24;

/**
 * Reads a part of a file; headers only, never a whole executable.
 *
 * @param range both in bytes, and any numbers: a file may name any place.
 * @throws {DeployError} `executable-damaged` if the file ends before, or that is more than headers have.
 */
export async function readAt(
  file: FileHandle,
  { start, length }: { readonly start: number; readonly length: number },
): Promise<Buffer> {
  if (length > mostBytes) throw damagedFile('its headers are too large');
  if (!Number.isSafeInteger(start + length)) throw damagedFile('it ends too early');
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
