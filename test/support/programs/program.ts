import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { checkOutput } from './document.ts';
import { watchPeak } from './peak-memory.ts';

/** How a program ended, and what it said. */
export interface EndedProgram {
  readonly status: number | null;
  /** The signal that it did not handle, if one ended it. */
  readonly killedBy?: NodeJS.Signals;
  readonly stdout: string;
  readonly stderr: string;
  /** The most memory that it held resident, in mebibytes, if that was asked for. */
  readonly peakMebibytes?: number;
}

export interface ProgramOptions {
  readonly measuresMemory?: boolean;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Starts it: a program, and words before it. */
  readonly under?: readonly string[];
  /** Signals that the program gets, each at its moment. */
  readonly signals?: readonly { readonly at: Promise<void>; readonly name: NodeJS.Signals }[];
  /** Called with all that was said so far, whenever there is more; the program gets the signal that it returns. */
  readonly signalWhen?: (said: { readonly stdout: string; readonly stderr: string }) => NodeJS.Signals | undefined;
  /** The process that gets signals, given the one that is started; by default that. */
  readonly processOf?: (pid: number) => number;
}

/** Runs a real program to its end. Where it was asked for data, its stdout has to be as the schemas say. */
export async function runProgram(
  file: string,
  words: readonly string[],
  options: ProgramOptions = {},
): Promise<EndedProgram> {
  const [started, ...before] = [...(options.under ?? []), file];
  const child = spawn(started, [...before, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
  });
  const peak = options.measuresMemory === true ? watchPeak(child.pid) : undefined;
  const said = { stdout: '', stderr: '' };
  let isSignalled = false;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
      const signal = isSignalled ? undefined : options.signalWhen?.(said);
      if (signal === undefined) return;
      isSignalled = true;
      if (child.pid !== undefined) process.kill(options.processOf?.(child.pid) ?? child.pid, signal);
    });
  }
  for (const { at, name } of options.signals ?? []) void at.then(() => child.kill(name));
  const [status, killedBy] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (killedBy === null) checkOutput(words, { status, stdout: said.stdout });
  return { status, ...(killedBy !== null && { killedBy }), ...said, ...(peak && { peakMebibytes: peak() }) };
}
