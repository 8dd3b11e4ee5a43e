import type { Stats } from 'node:fs';
import { lstat, readlink, stat } from 'node:fs/promises';
import { isAbsolute, join, parse, resolve, sep } from 'node:path';
import { unlessGone } from './unless-gone.ts';

/** As many as Linux follows. */
const linkLimit = 40;

/**
 * Follows the symbolic links of a path as the system does, but for those that another user has planted: where others may write, only links of this
 * user, of the folder's owner and of root count. Linux itself has that rule for sticky folders, and not everywhere:
 * https://docs.kernel.org/admin-guide/sysctl/fs.html#protected-symlinks
 *
 * @returns the path without links; of what is not there, as it was given.
 * @throws {NodeJS.ErrnoException} `EPLANTED` for such a link, and what the system throws.
 */
export async function trustedPath(path: string): Promise<string> {
  const absolute = resolve(path);
  let at = parse(absolute).root;
  const waiting = namesIn(absolute.slice(at.length));
  let links = 0;
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const next = join(at, name);
    const there = await unlessGone(async () => lstat(next));
    if (there?.isSymbolicLink() !== true) {
      at = next;
      continue;
    }
    if (isPlanted(there, await stat(at))) throw refusal('EPLANTED');
    if ((links += 1) > linkLimit) throw refusal('ELOOP');
    const to = await readlink(next);
    if (isAbsolute(to)) at = parse(to).root;
    waiting.unshift(...namesIn(isAbsolute(to) ? to.slice(at.length) : to));
  }
  return at;
}

/** Windows takes either slash. */
function namesIn(path: string): string[] {
  return path.split(sep === '/' ? '/' : /[\\/]/).filter((name) => name !== '');
}

function isPlanted(link: Stats, folder: Stats): boolean {
  const mayOthersWrite = (folder.mode & 0o022) !== 0;
  return mayOthersWrite && ![0, process.geteuid?.(), folder.uid].includes(link.uid);
}

function refusal(code: string): NodeJS.ErrnoException {
  return Object.assign(new Error('A symbolic link is not followed'), { code, syscall: 'readlink' });
}
