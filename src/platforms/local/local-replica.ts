import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { endWithUs } from '../../shared/process-guard.ts';

export interface KeptReplica {
  /** Goes with its replicas, should this process be killed. */
  readonly folder: string;
  /** Path of the runner. */
  readonly script: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  /** As long as a pod gets between SIGTERM and SIGKILL. */
  readonly graceMs: number;
  readonly onLine: (text: string) => void;
  /** Called after each end with how it ended and the pause before the next start; it may abort the signal. */
  readonly onEnd: (how: string, pauseMs: number) => Promise<void>;
  readonly signal: AbortSignal;
  /** Aborts right before this process ends at once. */
  readonly atOnce: AbortSignal;
}

const firstPauseMs = 500;
const longestPauseMs = 30_000;
/** A replica that lived this long starts over with the shortest pause. */
const goodRunMs = 60_000;

/** Starts a replica again and again until the signal aborts, with growing pauses, as the kubelet would. */
export async function keepRunning({
  folder,
  script,
  args,
  environment,
  graceMs,
  onLine,
  onEnd,
  signal,
  atOnce,
}: KeptReplica): Promise<void> {
  let pauseMs = firstPauseMs;
  while (!signal.aborted) {
    const startedAt = Date.now();
    // A group of its own: Ctrl-C in a terminal reaches only us, and we stop the replicas in order.
    // One pipe for both streams: of two, what was written first may be read last, and the last line tells why a replica ended.
    const child = spawn('sh', ['-c', 'exec sh "$0" "$@" 2>&1', script, ...args], {
      env: { ...machineEnvironment(), ...environment },
      stdio: ['ignore', 'pipe', 'ignore'],
      detached: true,
    });
    const kill = (): void => killGroup(child);
    atOnce.addEventListener('abort', kill, { once: true });
    const guard = child.pid === undefined ? undefined : endWithUs(child.pid, { graceMs, folder });
    const ended = await untilEnd(child, { graceMs, onLine, signal });
    await guard?.[Symbol.asyncDispose]();
    atOnce.removeEventListener('abort', kill);
    if (signal.aborted) return;
    if (Date.now() - startedAt > goodRunMs) pauseMs = firstPauseMs;
    await onEnd(ended, pauseMs);
    await pause(pauseMs, signal);
    pauseMs = Math.min(pauseMs * 2, longestPauseMs);
  }
}

/**
 * What belongs to the machine and not to the user who deploys: a replica sees as little as a pod would, and above all no
 * credentials of the store or the cluster.
 */
function machineEnvironment(): Record<string, string> {
  const names = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'QEMU_LD_PREFIX'];
  const proxies = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
  return Object.fromEntries(
    [...names, ...proxies].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

async function untilEnd(
  child: ChildProcess,
  { graceMs, onLine, signal }: Pick<KeptReplica, 'graceMs' | 'onLine' | 'signal'>,
): Promise<string> {
  if (child.stdout !== null) eachLine(child.stdout, onLine);
  const closed = once(child, 'close');
  // What it started goes with it, as with a pod; and could hold its output open for ever.
  child.once('exit', () => killGroup(child));
  const late: { timer?: NodeJS.Timeout } = {};
  const stop = (): void => {
    child.kill('SIGTERM');
    late.timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  };
  signal.addEventListener('abort', stop, { once: true });
  const [code, killedBy] = (await closed) as [number | null, NodeJS.Signals | null];
  clearTimeout(late.timer);
  signal.removeEventListener('abort', stop);
  return killedBy ?? `status ${code}`;
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function eachLine(stream: Readable, onLine: (text: string) => void): void {
  createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }).on('line', onLine);
}

async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(milliseconds, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
