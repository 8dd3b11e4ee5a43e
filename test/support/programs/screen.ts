import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import xterm from '@xterm/headless';

/** A program on a real terminal, and what a person sees there. */
export interface Screen {
  /** The lines, without empty ones at the end; also those that were scrolled out. */
  readonly lines: () => string[];
  /** Waits until they are as wanted. */
  readonly until: (isWanted: (lines: readonly string[]) => boolean) => Promise<void>;
  readonly resize: (columns: number, rows: number) => void;
  readonly type: (text: string) => void;
  /** Everything that was written, with its control sequences. */
  readonly written: () => string;
  readonly status: Promise<number | null>;
}

export interface ScreenOptions {
  readonly columns: number;
  readonly rows: number;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Starts a program on a terminal, for which xterm stands. */
export function onScreen(file: string, words: readonly string[], { columns, rows, env }: ScreenOptions): Screen {
  const terminal = new xterm.Terminal({ cols: columns, rows, scrollback: 1_000, allowProposedApi: true });
  const script = join(import.meta.dirname, '../../fixtures/screen.py');
  const child = spawn('python3', [script, String(columns), String(rows), file, ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, CI: undefined, TERM: 'xterm-256color', ...env },
  });
  let written = '';
  const lookers = new Set<() => void>();
  let drawing = Promise.resolve();
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written += text;
    drawing = new Promise((resolve) => {
      terminal.write(text, () => {
        for (const look of lookers) look();
        resolve();
      });
    });
  });
  const lines = (): string[] => {
    const { active } = terminal.buffer;
    const all = Array.from({ length: active.length }, (_, at) => active.getLine(at)?.translateToString(true) ?? '');
    return all.slice(0, all.findLastIndex((line) => line !== '') + 1);
  };
  const command = (what: object): boolean => child.stdin.write(`${JSON.stringify(what)}\n`);
  const status = once(child, 'close').then(async ([code]) => {
    await drawing;
    return code as number | null;
  });
  return {
    lines,
    written: () => written,
    status,
    type: (text) => void command({ type: text }),
    resize(newColumns, newRows) {
      terminal.resize(newColumns, newRows);
      command({ resize: [newColumns, newRows] });
    },
    async until(isWanted) {
      await new Promise<void>((resolve, reject) => {
        const look = (): void => {
          if (!isWanted(lines())) return;
          lookers.delete(look);
          resolve();
        };
        lookers.add(look);
        look();
        void status.then((code) => reject(new Error(`It ended with ${code} before:\n${lines().join('\n')}`)));
      });
    },
  };
}
