// The program that the dev loop runs: a server, or a deploy. Its own session, so that Ctrl-C reaches it through us alone.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { endWithUs } from '../../shared/process-guard.ts';

export interface DevChild {
  /** Its exit status, or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  readonly hasEnded: () => boolean;
  /** Asks it to end and waits until it has; after `graceMs` it is ended. */
  stop(name: NodeJS.Signals): Promise<void>;
  /** Ends it at once. */
  kill(): void;
}

export interface ChildOptions {
  readonly executable: string;
  readonly words: readonly string[];
  /** Told where it serves; without it the program has the terminal's stderr for itself. */
  readonly onServing?: (url: string) => void;
}

const graceMs = 5_000;

export function startChild({ executable, words, onServing }: ChildOptions): DevChild {
  const child = spawn(executable, words, {
    stdio: ['ignore', 'inherit', onServing === undefined ? 'inherit' : 'pipe'],
    // On Windows that would open a window.
    detached: process.platform !== 'win32',
  });
  if (child.stderr !== null && onServing !== undefined) {
    createInterface(child.stderr).on('line', (line) => {
      process.stderr.write(`${line}\n`);
      const [, url] = /: serving on (https?:\S+)$/.exec(line) ?? [];
      if (url !== undefined) onServing(url);
    });
  }
  let hasEnded = false;
  const guard = child.pid === undefined ? undefined : endWithUs(child.pid, { graceMs });
  const ended = endOf();
  return {
    ended,
    hasEnded: () => hasEnded,
    async stop(name) {
      if (hasEnded) return;
      child.kill(name);
      const late = setTimeout(kill, graceMs);
      await ended;
      clearTimeout(late);
    },
    kill,
  };

  /** With all that it started itself. */
  function kill(): void {
    if (hasEnded || child.pid === undefined) return;
    if (process.platform === 'win32') child.kill('SIGKILL');
    else process.kill(-child.pid, 'SIGKILL');
  }

  async function endOf(): Promise<number | NodeJS.Signals> {
    try {
      const [status, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
      return signal ?? status ?? 1;
    } finally {
      hasEnded = true;
      await guard?.[Symbol.asyncDispose]();
    }
  }
}
