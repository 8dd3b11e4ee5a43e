import { createHash } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { lstat, readdir, readlink, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { unlessGone } from './unless-gone.ts';

// The name of what is temporary says which process made it, and where. A process that is killed leaves it behind; the next one
// that makes something for the same purpose removes it: at once where it can see that process, else once it is old.

/** Names that this process has made. In a container the next process may have the same id as the one that was killed. */
const made = new Set<string>();

/** Nothing temporary is written for so long. */
const oldMs = 24 * 3_600_000;

/**
 * A name for something temporary in a folder, without what is left there of processes that were killed.
 *
 * @param purpose what the name starts with.
 */
async function temporaryName(folder: string, purpose: string): Promise<string> {
  const here = await processSpace();
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(purpose)) continue;
    const [, space, pid] = /^(\w+-\d*)-(\d+)-\w+(?:\.tmp)?$/.exec(entry.slice(purpose.length)) ?? [];
    if (space === undefined) continue;
    const path = join(folder, entry);
    const there = await unlessGone(async () => lstat(path));
    if (there === undefined || !isOwn(there.uid)) continue;
    const isInUse = space === here ? isMadeByLiving(Number(pid), path) : Date.now() - there.mtimeMs < oldMs;
    if (!isInUse) await rm(path, { recursive: true, force: true });
  }
  return `${purpose}${here}-${process.pid}-`;
}

/** Where the id of a process means that process: machines and containers may share a folder, and containers a host name. */
async function processSpace(): Promise<string> {
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  // Linux alone has it, e.g. `pid:[4026531836]`.
  const namespace = await readlink('/proc/self/ns/pid').catch(() => '');
  return `${host}-${namespace.replaceAll(/\D/g, '')}`;
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

function isMadeByLiving(pid: number, path: string): boolean {
  if (pid === process.pid) return made.has(path);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: of another user.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Where others may write, they may have made something with such a name. */
function isOwn(uid: number): boolean {
  const user = process.geteuid?.();
  // Windows knows no such owner.
  if (user === undefined) return true;
  return uid === user;
}
