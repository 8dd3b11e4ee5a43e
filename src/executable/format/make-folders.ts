import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Makes a folder and those above it that are missing. As `mkdir` with `recursive`, which answers that the folder is missing
 * where the system has another reason, such as a file system that is read-only.
 *
 * @param mode of the folders that are made.
 * @returns the first that was made; undefined if all were there.
 * @throws what the system throws; `EEXIST` or `ENOTDIR` where a file is in the way.
 */
export async function makeFolders(path: string, mode = 0o777): Promise<string | undefined> {
  try {
    return await makeFolder(path, mode);
  } catch (error) {
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || parent === path) throw error;
    const first = await makeFolders(parent, mode);
    // Once more only: /proc says that a folder is missing though the one above it is there.
    const own = await makeFolder(path, mode);
    return first ?? own;
  }
}

async function makeFolder(path: string, mode: number): Promise<string | undefined> {
  try {
    await mkdir(path, mode);
    return path;
  } catch (error) {
    if (await isFolder(path)) return undefined;
    throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}
