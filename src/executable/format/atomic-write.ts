import { open, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { constants } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { temporaryFile } from './leftovers.ts';
import { trustedPath } from './trusted-path.ts';

/**
 * Writes a file as a whole or not at all: into a temporary neighbour, which then takes the name.
 *
 * A process that is killed leaves its neighbour behind; the next one that writes the same file removes it. The disk is not
 * waited for (fsync: 60 ms for an executable here, seconds on a slow disk): after a power cut a file may be short, and is
 * found out by its SHA-256 wherever it is used.
 *
 * @param fill writes the content; if it throws, the old file stays as it was.
 * @param mode of the new file, less what the umask takes away.
 * @param followsLink true to leave a symbolic link one, and replace what it points to; false where nobody has reason to make one: then it is replaced.
 * @throws what the system throws, and `EPLANTED` as {@link trustedPath}.
 */
export async function replaceFile(
  path: string,
  fill: (file: FileHandle) => Promise<void>,
  { mode, followsLink = false }: { readonly mode: number; readonly followsLink?: boolean },
): Promise<void> {
  const target = followsLink ? await trustedPath(path) : join(await trustedPath(dirname(path)), basename(path));
  const temporary = await temporaryFile(dirname(target), `.${basename(target).slice(0, 100)}.`);
  const file = await open(temporary, 'wx', mode);
  try {
    await fill(file);
    await file.close();
    await rename(temporary, target);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Appends all of a chunk: a single write may stop short of it. */
export async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let done = 0; done < chunk.length;) done += (await file.write(chunk, done)).bytesWritten;
}

/** Why the system would not write a file, in words; undefined for an error that is not the system's. */
export function systemReason(error: unknown): string | undefined {
  const { code, errno, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return undefined;
  return reasons[code] ?? (errno === undefined ? undefined : unnamed.get(-errno)) ?? code;
}

/** Node.js has no name for these. */
const unnamed: ReadonlyMap<number, string> = new Map([[constants.errno.EDQUOT, 'the disk quota is used up']]);

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EFBIG: 'the file would be larger than this system allows',
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'there is no such folder',
  ENOTDIR: 'a part of its path is a file',
  // Node.js 20 says so where a folder is to be made.
  EEXIST: 'a part of its path is a file',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'its name is too long',
  ELOOP: 'its symbolic links lead in a circle',
  EPLANTED: 'another user made its symbolic link, where others may write',
  EIO: 'the disk failed',
  ETXTBSY: 'it is running',
};
