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
    await mkdir(path, mode);
    return path;
  } catch (error) {
    const parent = dirname(path);
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && parent !== path) {
      const first = await makeFolders(parent, mode);
      const own = await makeFolders(path, mode);
      return first ?? own;
    }
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
