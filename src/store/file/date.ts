import type { Stats } from 'node:fs';
import { stat, unlink, utimes } from 'node:fs/promises';

/** Undefined if there is no such file. */
export async function lookAt(path: string): Promise<Stats | undefined> {
  return unlessGone(async () => stat(path));
}

/** Gives a file the date of now; false if it is gone. */
export async function touchFile(path: string): Promise<boolean> {
  const now = new Date();
  return (await unlessGone(async () => utimes(path, now, now).then(() => true))) === true;
}

/** Removes a file that has not been written since; tells if it did. The folder of a version stays: an upload may be about to write there. */
export async function removeIfOld(path: string, before: Date): Promise<boolean> {
  const found = await lookAt(path);
  if (found === undefined || found.mtime >= before) return false;
  return (await unlessGone(async () => unlink(path).then(() => true))) === true;
}

async function unlessGone<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
