import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../executable/format/atomic-write.ts';

/**
 * Makes the folder of a run's replicas, and removes those of earlier runs of the same application that were killed, guards and all: they hold a link.
 *
 * @param name of the application.
 */
export async function makeReplicaFolder(name: string): Promise<string> {
  // Machines may share a folder for temporary files; their process ids say nothing here.
  const start = `selfsame-${name}-${hostname().slice(0, 60)}-`;
  for (const entry of await readdir(tmpdir())) {
    const [, pid] = (entry.startsWith(start) && /^(\d+)-\w{6}$/.exec(entry.slice(start.length))) || [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    if (await isOwn(join(tmpdir(), entry))) await rm(join(tmpdir(), entry), { recursive: true, force: true });
  }
  return mkdtemp(join(tmpdir(), `${start}${process.pid}-`));
}

async function isOwn(path: string): Promise<boolean> {
  try {
    const there = await lstat(path);
    return there.isDirectory() && there.uid === process.geteuid?.();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
