// One deploy, seen from outside: what it says of itself, and what its process took.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { StageTiming } from '../../src/deploy/timings.ts';
import { memoryOf } from './measure.ts';

export interface DeployerRun {
  readonly stages: readonly Pick<StageTiming, 'name' | 'ms'>[];
  /** From its start to its end. */
  readonly ms: number;
  readonly processorMs: number;
  readonly peakBytes: number;
}

export interface DeployerOptions {
  readonly executable: string;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** @throws {Error} with what it said last, if it fails. */
export async function runDeployer({ executable, words, env, signal }: DeployerOptions): Promise<DeployerRun> {
  const startedAt = performance.now();
  const child = spawn(executable, ['--kubernetes', '--output', 'json', ...words], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let [peakBytes, processorMs] = [0, 0];
  // The kernel keeps both, but only as long as the process is there.
  const looking = setInterval(() => {
    peakBytes = memoryOf(child)?.peakBytes ?? peakBytes;
    processorMs = Math.max(processorMs, processorMsOfAll(child.pid ?? 0));
  }, 20);
  try {
    const [said, talk, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    if (status !== 0) throw new Error(`Exit status ${status} of a deploy: ${talk.slice(-2000)}`);
    const { stages } = JSON.parse(said) as Pick<DeployerRun, 'stages'>;
    return { stages, ms: performance.now() - startedAt, processorMs, peakBytes };
  } finally {
    clearInterval(looking);
  }
}

/** How long a process has been on a processor, with the threads that have ended: user and system, in steps of 10 ms. */
function processorMsOfAll(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name before may hold spaces.
    const [user = 0, system = 0] = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .slice(11, 13)
      .map(Number);
    return (user + system) * 10;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return 0;
    throw error;
  }
}
