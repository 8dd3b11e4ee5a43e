// Runs what was built as it will run elsewhere: in an empty folder, without the project, its packages, or this environment.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

export interface TrialOptions {
  /** The executable. */
  readonly path: string;
  /** A folder that it must not see. */
  readonly hidden: string;
  /** False for a program that declares no address. */
  readonly serves: boolean;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** How a trial run went. */
export type TrialOutcome = TrialResult & {
  /** False where the system lets nobody hide a folder: then the run has seen the project. */
  readonly isHidden: boolean;
  /** Milliseconds from the start until this was known. */
  readonly ms: number;
};

type TrialResult =
  | { readonly kind: 'answers'; readonly url: string; readonly status: number }
  /** It runs, and serves nothing. */
  | { readonly kind: 'works' }
  /** It ended by itself. */
  | { readonly kind: 'ended'; readonly status: number | NodeJS.Signals; readonly stderr: string }
  /** It neither served nor ended within the time. */
  | { readonly kind: 'silent'; readonly stderr: string };

/** A worker that has not failed by then is taken to work. */
const workMs = 1_500;
/** What it prints is kept up to this. */
const keptCharacters = 20_000;

/** Runs an executable once, asks it for its front page, and stops it. */
export async function tryOut({ path, hidden, serves, timeoutMs, signal }: TrialOptions): Promise<TrialOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-trial-'));
  const [home, programs] = [join(folder, 'home'), join(folder, 'program')];
  try {
    await Promise.all([mkdir(home), mkdir(programs)]);
    const isHidden = !`${folder}/`.startsWith(`${hidden}/`) && canHide();
    const words = isHidden
      ? [
          'unshare',
          '--map-root-user',
          '--mount',
          'sh',
          '-c',
          hiding,
          'sh',
          dirname(path),
          programs,
          hidden,
          basename(path),
        ]
      : [path];
    const [command = path, ...args] = words;
    const startedAt = performance.now();
    const child = spawn(command, args, {
      cwd: home,
      env: trialEnvironment(home),
      stdio: ['ignore', 'ignore', 'pipe'],
      detached: process.platform !== 'win32',
    });
    const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    try {
      const found = await firstOf({ child: child.stderr, ended, serves, timeoutMs, signal });
      return { ...found, isHidden, ms: Math.round(performance.now() - startedAt) };
    } finally {
      await stop(child.pid, ended, signal);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const hiding = `mount --bind "$1" "$2" && mount -t tmpfs -o ro none "$3" && exec "$2/$4"`;

/** Linux, where a user may have namespaces of its own. */
function canHide(): boolean {
  return process.platform === 'linux' && spawnSync('unshare', ['--map-root-user', '--mount', 'true']).status === 0;
}

/** Nothing of the one who builds: no credentials, no settings. */
function trialEnvironment(home: string): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, LANG } = process.env;
  return { PATH, SystemRoot, LANG, HOME: home, TMPDIR: tmpdir(), SELFSAME_PORT: '0' };
}

interface Watched extends Pick<TrialOptions, 'serves' | 'timeoutMs' | 'signal'> {
  readonly child: NodeJS.ReadableStream;
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>;
}

async function firstOf({ child, ended, serves, timeoutMs, signal }: Watched): Promise<TrialResult> {
  let stderr = '';
  const { promise: serving, resolve } = Promise.withResolvers<string>();
  child.on('data', (chunk: Buffer) => {
    stderr = `${stderr}${chunk.toString()}`.slice(-keptCharacters);
    const [, url] = /: serving on (https?:\S+)\s/.exec(stderr) ?? [];
    if (url !== undefined) resolve(url);
  });
  const over = new AbortController();
  const until = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  try {
    return await Promise.race([
      serving.then(async (url): Promise<TrialResult> => ({ kind: 'answers', url, status: await statusOf(url, until) })),
      ended.then(([status, name]): TrialResult => ({ kind: 'ended', status: name ?? status ?? 1, stderr })),
      wait(serves ? timeoutMs : Math.min(workMs, timeoutMs), undefined, { signal: until }).then((): TrialResult =>
        serves ? { kind: 'silent', stderr } : { kind: 'works' },
      ),
    ]);
  } finally {
    over.abort();
  }
}

async function statusOf(url: string, signal: AbortSignal): Promise<number> {
  const { status, body } = await fetch(url, { signal, redirect: 'manual' });
  await body?.cancel();
  return status;
}

/** In order, unless nobody waits for that any more. */
async function stop(pid: number | undefined, ended: Promise<unknown>, signal?: AbortSignal): Promise<void> {
  if (pid === undefined) return;
  const send = (name: NodeJS.Signals): void => {
    try {
      process.kill(process.platform === 'win32' ? pid : -pid, name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  if (signal?.aborted !== true) send('SIGTERM');
  // Nothing waits for the timer itself: it would hold up the end of each build.
  const late = wait(3_000, false, { ref: false });
  const isGone = signal?.aborted !== true && (await Promise.race([ended.then(() => true), late]));
  if (!isGone) send('SIGKILL');
  await ended;
}
