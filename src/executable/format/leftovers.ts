import { mkdtempSync } from 'node:fs';
import { lstat, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { unlessGone } from './unless-gone.ts';

// The name of what is temporary says which process made it. A process that is killed leaves it behind; the next one that makes
// something for the same purpose removes it.

/** Names that this process has made. In a container the next process may have the same id as the one that was killed. */
const made = new Set<string>();

/**
 * A name for something temporary in a folder, without what is left there of processes that were killed.
 *
 * @param purpose what the name starts with.
 */
async function temporaryName(folder: string, purpose: string): Promise<string> {
  // Machines may share a folder; their process ids say nothing here.
  const start = `${purpose}${hostname().slice(0, 60)}-`;
  for (const entry of await readdir(folder)) {
    const [, pid] = (entry.startsWith(start) && /^(\d+)-\w+(?:\.tmp)?$/.exec(entry.slice(start.length))) || [];
    const path = join(folder, entry);
    if (pid === undefined || isInUse(Number(pid), path)) continue;
    if (await isOwn(path)) await rm(path, { recursive: true, force: true });
  }
  return `${start}${process.pid}-`;
}

/** A new name for a file beside others, and nothing left there of the same purpose. */
export async function temporaryFile(folder: string, purpose: string): Promise<string> {
  const path = join(folder, `${await temporaryName(folder, purpose)}${(count += 1)}.tmp`);
  made.add(path);
  return path;
}

let count = 0;

/** Makes a folder for this user alone, and removes what is left of the same purpose. */
export async function makeTemporaryFolder(folder: string, purpose: string): Promise<string> {
  const start = await temporaryName(folder, purpose);
  // At once: between the two another call could take it for one that was left.
  const path = mkdtempSync(join(folder, start));
  made.add(path);
  return path;
}

function isInUse(pid: number, path: string): boolean {
  if (pid === process.pid) return made.has(path);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: of another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Where others may write, they may have made something with such a name; Windows knows no such owner. */
async function isOwn(path: string): Promise<boolean> {
  const there = await unlessGone(async () => lstat(path));
  return there !== undefined && [undefined, there.uid].includes(process.geteuid?.());
}
