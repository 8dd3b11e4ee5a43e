import { existsSync, statSync } from 'node:fs';
import { rm, rmdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { makeTemporaryFolder } from '../executable/format/leftovers.ts';
import { makeFolders } from '../executable/format/make-folders.ts';
import { trustedPath } from '../executable/format/trusted-path.ts';
import { outputRefusal } from '../executable/rebuild-offline.ts';

/**
 * Calls a function with a new folder beside a file that is to be written, and removes it, and those of processes that were killed.
 * What could not be written after the work is refused before it; folders that were made for the file go, too, if it is not written.
 *
 * @param output absolute path.
 * @throws {DeployError} `output-refused`, and whatever the function throws.
 */
export async function besideOutput<Result>(output: string, work: (folder: string) => Promise<Result>): Promise<Result> {
  const parent = dirname(output);
  const made = await writing(output, async () => {
    if (existsSync(output) && statSync(output).isDirectory()) {
      throw Object.assign(new Error('It is a folder'), { code: 'EISDIR', syscall: 'open' });
    }
    await trustedPath(output);
    return makeFolders(parent);
  });
  try {
    const folder = await writing(output, async () => makeTemporaryFolder(parent, '.selfsame-'));
    try {
      return await work(folder);
    } finally {
      await writing(output, async () => rm(folder, { recursive: true, force: true }));
    }
  } catch (error) {
    if (made !== undefined) await writing(output, async () => removeEmpty(parent, made));
    throw error;
  }
}

/** @throws {DeployError} `output-refused` for what the system does not let be written. */
export async function writing<Result>(output: string, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    throw outputRefusal(output, error);
  }
}

/** Removes a folder and those above it, up to one, as long as nothing is in them. */
async function removeEmpty(folder: string, last: string): Promise<void> {
  try {
    await rmdir(folder);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return;
  }
  if (folder !== last) await removeEmpty(dirname(folder), last);
}
