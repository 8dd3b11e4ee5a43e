// Finds what a run of the tests leaves on the machine, and nothing that belongs to another program: all that a run makes has the
// path of its folder in it.
import { chmod, mkdir, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** The folder of one run. */
export interface RunFolder {
  /** Its path marks what belongs to the run. */
  readonly path: string;
  /** TMPDIR of the tests. */
  readonly temporary: string;
  /** For what the run itself keeps: reports and the like. */
  readonly own: string;
}

export async function makeRunFolder(): Promise<RunFolder> {
  const path = await mkdtemp(join(tmpdir(), 'selfsame-run-'));
  const folder = { path, temporary: join(path, 'tmp'), own: join(path, 'own') };
  await mkdir(folder.temporary);
  await mkdir(folder.own);
  // Some tests run programs as another user in a folder of theirs.
  for (const each of [path, folder.temporary]) await chmod(each, 0o711);
  return folder;
}

/** A process that is left. */
interface LeftProcess {
  readonly pid: number;
  readonly words: string;
}

/**
 * The processes of a run: those with its folder in their environment, their command, their working directory or their file. A
 * process of another user that does not let us look is not ours. Only Linux lets us look at all.
 */
async function processesOf(folder: string): Promise<LeftProcess[]> {
  if (process.platform !== 'linux') return [];
  const ids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(ids.map(async (pid) => leftProcess(pid, folder)));
  return found.filter((each) => each !== undefined);
}

async function leftProcess(pid: number, folder: string): Promise<LeftProcess | undefined> {
  if (pid === process.pid) return undefined;
  const of = (name: string): string => `/proc/${pid}/${name}`;
  try {
    const command = await readFile(of('cmdline'), 'utf8');
    const marks = [
      command,
      await readFile(of('environ'), 'utf8'),
      await readlink(of('cwd')),
      await readlink(of('exe')),
    ];
    // Another run may have a folder whose name starts like this one's.
    const isOurs = marks.some((text) => text.split(/[\0= :]/).some((word) => `${word}/`.includes(`${folder}/`)));
    return isOurs ? { pid, words: command.replaceAll('\0', ' ').trim().slice(0, 200) } : undefined;
  } catch (error) {
    // It has ended, is one of the kernel's, or another user's.
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/**
 * Names everything that is left of a run, one line each: processes, mounts, and files in its temporary folder, sockets among them.
 * A socket without a file is open only as long as its process runs.
 *
 * @param options.patienceMs how long a process that was told to end may take.
 */
export async function leftovers(
  { path, temporary }: RunFolder,
  { patienceMs = 5_000 }: { patienceMs?: number } = {},
): Promise<string[]> {
  const until = performance.now() + patienceMs;
  let processes = await processesOf(path);
  while (processes.length > 0 && performance.now() < until) {
    await wait(100);
    processes = await processesOf(path);
  }
  const mounted = process.platform === 'linux' ? await readFile('/proc/self/mountinfo', 'utf8') : '';
  const mounts = mounted.split('\n').map((line) => line.split(' ')[4] ?? '');
  const files = await readdir(temporary, { withFileTypes: true });
  return [
    ...processes.map(({ pid, words }) => `process ${pid}: ${words}`),
    ...mounts.filter((mount) => mount.startsWith(`${path}/`)).map((mount) => `mount ${mount}`),
    ...files.map((file) => `${kindOf(file)} ${join(temporary, file.name)}`),
  ];
}

function kindOf(file: { isDirectory(): boolean; isSocket(): boolean }): string {
  if (file.isSocket()) return 'socket';
  return file.isDirectory() ? 'folder' : 'file';
}

/** Ends the processes of a run, and removes its folder. */
export async function removeLeftovers(folder: string): Promise<void> {
  // Again, since one may have started another in the meantime; not for ever, since one may hang in the kernel.
  for (let round = 0; round < 100; round += 1) {
    const left = await processesOf(folder);
    if (left.length === 0) break;
    for (const { pid } of left) killIfThere(pid);
    await wait(50);
  }
  await rm(folder, { recursive: true, force: true });
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
