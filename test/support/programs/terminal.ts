import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A program in a real terminal. */
export interface InTerminal {
  readonly pid: number;
  /** Waits until it has written something that matches. */
  until(pattern: RegExp): Promise<void>;
  type(text: string): void;
  /** Closes the terminal. */
  close(): void;
  /** `status N` or `signal N`, and all that it wrote. */
  readonly ended: Promise<{ readonly how: string; readonly said: string }>;
}

export function inTerminal(
  file: string,
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): InTerminal {
  const script = join(import.meta.dirname, '../../fixtures/terminal.py');
  const child = spawn('python3', [script, file, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, CI: undefined, TERM: 'xterm', COLUMNS: '100', ...env },
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  // It may have ended before it is told something.
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close').then(() => ({ how: said.trim().split('\n').at(-1) ?? '', said }));
  return {
    pid: child.pid ?? 0,
    ended,
    async until(pattern) {
      while (!pattern.test(said)) {
        const next = await Promise.race([once(child.stdout, 'data'), ended]);
        if (!Array.isArray(next) && !pattern.test(said)) throw new Error(`It ended without ${pattern}: ${said}`);
      }
    },
    type: (text) => child.stdin.write(`type ${JSON.stringify(text)}\n`),
    close: () => child.stdin.write('close\n'),
  };
}
