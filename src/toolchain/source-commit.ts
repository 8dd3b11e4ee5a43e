import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * The commit that the sources of a folder are.
 *
 * @returns undefined where git does not know them, or they have changed since.
 */
export async function sourceCommit(folder: string, signal?: AbortSignal): Promise<string | undefined> {
  const git = async (...words: string[]): Promise<string | undefined> => {
    try {
      return (await promisify(execFile)('git', words, { cwd: folder, signal, maxBuffer: 1 << 26 })).stdout.trim();
    } catch (error) {
      signal?.throwIfAborted();
      const { code } = error as { readonly code?: unknown };
      // It is not there, or says that there is no repository.
      if (code === 'ENOENT' || typeof code === 'number') return undefined;
      throw error;
    }
  };
  return (await git('status', '--porcelain')) === '' ? git('rev-parse', '--verify', 'HEAD') : undefined;
}
