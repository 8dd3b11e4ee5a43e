import type { Stats } from 'node:fs';
import { lstat, lutimes, unlink } from 'node:fs/promises';
import { unlessGone } from '../../executable/format/unless-gone.ts';

/** Undefined if there is no such file: a symbolic link is none. */
export async function lookAt(path: string): Promise<Stats | undefined> {
  const found = await unlessGone(async () => lstat(path));
  return found?.isSymbolicLink() === true ? undefined : found;
}

/** Gives a file the date of now; false if it is gone. */
export async function touchFile(path: string): Promise<boolean> {
  const now = new Date();
  return (await unlessGone(async () => lutimes(path, now, now).then(() => true))) === true;
}

/** Removes a file that has not been written since; tells if it did. The folder of a version stays: an upload may be about to write there. */
export async function removeIfOld(path: string, before: Date): Promise<boolean> {
  const found = await lookAt(path);
  if (found === undefined || found.mtime >= before) return false;
  return (await unlessGone(async () => unlink(path).then(() => true))) === true;
}
