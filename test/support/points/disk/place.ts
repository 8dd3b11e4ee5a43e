import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { lstat, lutimes, mkdir, mkdtemp, readdir, readFile, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { digestOfFile } from '../../../../src/shared/digest.ts';
import { type EndedProgram, runProgram } from '../../programs/program.ts';
import { anyNamespace, tracedCalls } from './calls.ts';

/** A program and what it is given. */
export interface DiskProgram {
  readonly file: string;
  readonly words: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Gets SIGTERM once it has printed something. */
  readonly isEndedWhenReady?: true;
}

/** What strace does to a program. */
export interface Injection {
  /** Below the folder: calls on other paths are not looked at. */
  readonly path?: string | undefined;
  readonly inject: string;
}

export interface RecordedProgram extends EndedProgram {
  /** What strace saw. */
  readonly record: string;
}

/** A disk of its own: a file system in memory, which programs see and nobody else. */
export interface Disk extends AsyncDisposable {
  /** Where it is for programs. */
  readonly folder: string;
  /** What is temporary. */
  readonly scratch: string;
  /** The same folder, for us. */
  readonly seen: string;
  /** Runs a program under strace: in the same order each time, and with the same process id, as in a container. */
  run(program: DiskProgram, injection?: Injection): Promise<RecordedProgram>;
  /** Leaves room for so many bytes at most; by default for all that is to come. */
  leaveRoom(bytes?: number): Promise<void>;
  /** Makes files as old as those are that no process writes any more. */
  age(paths: readonly string[]): Promise<void>;
  /** Mode, digest and age of all that is there, by path; empty folders count. */
  files(): Promise<Readonly<Record<string, string>>>;
}

/** What is older was not written by a test. */
const oldMs = 3_600_000;
const size = 1 << 30;

/**
 * Has strace look at one path, if one is given. Only here the namespace is known that names of temporary files have in them; it
 * is read in any case, so that the processes have the same ids.
 */
const inNamespace = `
name=$(readlink /proc/self/ns/pid | tr -dc 0-9)
path=$1
strace=$2
shift 2
[ -z "$path" ] && exec "$strace" "$@"
case $path in *${anyNamespace}*) path=\${path%${anyNamespace}*}$name\${path##*${anyNamespace}} ;; esac
exec "$strace" -P "$path" "$@"`;

export async function openDisk(): Promise<Disk> {
  const outside = await mkdtemp(join(tmpdir(), 'selfsame-disk-'));
  const folder = join(outside, 'disk');
  await mkdir(folder);
  const mount = `mount -t tmpfs -o size=${size} none "$1" && echo ready && read line`;
  const keeper = spawn('unshare', ['--map-root-user', '--mount', 'sh', '-c', mount, 'sh', folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(keeper, 'exit');
  await Promise.race([once(keeper.stdout, 'data'), ended]);
  if (keeper.pid === undefined || keeper.exitCode !== null) throw new Error('Cannot make a disk: see above');
  const within = ['--target', `${keeper.pid}`, '--user', '--mount', '--preserve-credentials'];
  const seen = `/proc/${keeper.pid}/root${folder}`;
  const scratch = join(folder, 'tmp');
  await mkdir(join(seen, 'tmp'));

  const resize = async (bytes: number): Promise<void> => {
    const { status, stderr } = await runProgram('nsenter', [...within, 'mount', '-o', `remount,size=${bytes}`, folder]);
    if (status !== 0) throw new Error(`Cannot make a disk of ${bytes} bytes: ${stderr}`);
  };
  return {
    folder,
    scratch,
    seen,
    async run({ file, words, env, isEndedWhenReady }, injection) {
      const recorded = join(outside, 'record');
      const traced = [
        'strace',
        '-f',
        '-b',
        'execve',
        '-y',
        '-qq',
        '-s',
        '0',
        '-o',
        recorded,
        '-e',
        `trace=${tracedCalls.join(',')}`,
      ];
      if (injection !== undefined) traced.push('-e', `inject=${injection.inject}`);
      const path = injection?.path === undefined ? '' : join(folder, injection.path);
      const alone = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', 'sh', '-c', inNamespace, 'sh', path];
      const program = await runProgram('nsenter', [...within, ...alone, ...traced, file, ...words], {
        env: {
          HOME: join(folder, 'home'),
          XDG_CACHE_HOME: join(folder, 'cache'),
          TMPDIR: scratch,
          KUBECONFIG: undefined,
          SELFSAME_STORE: undefined,
          // Else calls on files come in another order each time.
          UV_THREADPOOL_SIZE: '1',
          ...env,
        },
        // It is the child of strace, which is the child of unshare.
        ...(isEndedWhenReady && {
          signalWhen: ({ stdout }) => (stdout.includes('\n') ? 'SIGTERM' : undefined),
          processOf: (pid) => childOf(childOf(pid)),
        }),
      });
      // As shells, strace and unshare end with the status that stands for the signal.
      const killed = program.status === 137 ? ({ status: null, killedBy: 'SIGKILL' } as const) : {};
      return { ...program, ...killed, record: await readFile(recorded, 'utf8') };
    },
    async leaveRoom(bytes) {
      const { bavail, bsize, blocks } = await statfs(seen);
      const pages = blocks - bavail + Math.floor((bytes ?? 0) / bsize);
      // To the system 0 is no limit.
      await resize(bytes === undefined ? size : Math.max(pages, 1) * bsize);
    },
    async age(paths) {
      for (const path of paths) await lutimes(join(seen, path), new Date(0), new Date(0));
    },
    async files() {
      const found: Record<string, string> = {};
      for (const entry of await readdir(seen, { recursive: true, withFileTypes: true })) {
        const path = join(entry.parentPath, entry.name);
        found[relative(seen, path)] = await lookOf(path);
      }
      return found;
    },
    async [Symbol.asyncDispose]() {
      keeper.stdin.end();
      await ended;
      await rm(outside, { recursive: true });
    },
  };
}

function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim());
}

async function lookOf(path: string): Promise<string> {
  const there = await lstat(path);
  const mode = (there.mode & 0o7777).toString(8);
  if (!there.isFile()) return mode;
  return [mode, await digestOfFile(path), ...(Date.now() - there.mtimeMs > oldMs ? ['old'] : [])].join(' ');
}
