// How the benchmark measures: whole processes, from outside.
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

/** One run of something: milliseconds, and bytes where memory was looked at. */
export interface Sample {
  readonly ms: number;
  /** The most that was resident at any moment. */
  readonly peakBytes: number;
}

export interface MeasuredCase<S> {
  readonly run: () => Promise<S>;
  /** Puts things back, outside the measured time. */
  readonly after?: () => Promise<void>;
}

/**
 * Runs every case in turn, round after round, so that a machine that gets busier is busier for all. A first round goes
 * unmeasured.
 *
 * @returns the samples of each case, in the order of the cases.
 */
export async function alternate<S>(cases: readonly MeasuredCase<S>[], runs: number): Promise<S[][]> {
  const samples = cases.map((): S[] => []);
  for (let round = 0; round <= runs; round += 1) {
    for (const [index, { run, after }] of cases.entries()) {
      const sample = await run();
      await after?.();
      if (round > 0) samples[index]?.push(sample);
    }
  }
  return samples;
}

export function times(samples: readonly Sample[]): number[] {
  return samples.map(({ ms }) => ms);
}

export function peaks(samples: readonly Sample[]): number[] {
  return samples.map(({ peakBytes }) => peakBytes);
}

/** Runs commands one after the other, each to its end: the time of all, the peak of the largest. */
export async function timedRun(...commands: readonly (readonly [file: string, ...words: string[]])[]): Promise<Sample> {
  let peakBytes = 0;
  const startedAt = performance.now();
  for (const [file, ...words] of commands) {
    const child = spawn(file, words, { stdio: ['ignore', 'ignore', 'pipe'] });
    peakBytes = Math.max(peakBytes, await peakOf(child, [file, ...words].join(' ')));
  }
  return { ms: performance.now() - startedAt, peakBytes };
}

/**
 * Waits for the end of a process. The kernel keeps the high-water mark itself; a process that is gone has none, so the last
 * reading counts. It can miss what was added in the last 5 ms.
 */
export async function peakOf(child: ChildProcess, command: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let peakBytes = 0;
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const look = setInterval(() => (peakBytes = memoryOf(child)?.peakBytes ?? peakBytes), 5);
  child.on('error', reject);
  child.on('close', (status) => {
    if (status === 0) resolve(peakBytes);
    else reject(new Error(`Exit status ${status} of ${command}: ${said}`));
  });
  return promise.finally(() => clearInterval(look));
}

export interface Memory {
  readonly peakBytes: number;
  readonly residentBytes: number;
  /** The part that is no file's and could not be shared with other processes. */
  readonly anonymousBytes: number;
}

/** As the kernel counts it now; undefined once the process has ended. */
export function memoryOf({ pid }: ChildProcess): Memory | undefined {
  const status = readProcess(pid, 'status');
  const bytes = (field: string): number => Number(new RegExp(`^${field}:\\s*(\\d+) kB`, 'm').exec(status)?.[1]) * 1024;
  if (!status.includes('VmHWM')) return undefined;
  return { peakBytes: bytes('VmHWM'), residentBytes: bytes('VmRSS'), anonymousBytes: bytes('RssAnon') };
}

/** How long a process has been on a processor so far, in milliseconds: what others do meanwhile hardly changes it. */
export function processorMsOf({ pid }: ChildProcess): number {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => readProcess(pid, `task/${thread}/schedstat`));
  return threads.reduce((sum, schedstat) => sum + Number(schedstat.split(' ')[0]) / 1e6, 0);
}

/** How many bytes of its own file, from an offset on, a process has in memory. */
export function residentFrom({ pid }: ChildProcess, offset: number): number {
  const mappings = readProcess(pid, 'smaps').split(/^(?=[0-9a-f]+-[0-9a-f]+ )/m);
  return mappings
    .filter((mapping) => Number.parseInt(mapping.split(/\s+/)[2] ?? '', 16) >= offset)
    .reduce((sum, mapping) => sum + Number(/^Rss:\s*(\d+) kB/m.exec(mapping)?.[1]) * 1024, 0);
}

function readProcess(pid: number | undefined, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return '';
    throw error;
  }
}
