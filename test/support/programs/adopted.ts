import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EndedProgram, runProgram } from './program.ts';

const program = join(import.meta.dirname, '../../fixtures/adopted.ts');

/** The application that listens by itself, run to its end. */
export async function adoptedEnd(how: string, words: readonly string[] = []): Promise<EndedProgram> {
  return runProgram(process.execPath, [program, ...words, '--how', how]);
}

export interface AdoptingOptions {
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** False where it serves nothing. */
  readonly listens?: boolean;
}

/** Starts the application that listens by itself, and waits for its first line of facts and its address. */
export async function adopting(how: string, { words = [], env = {}, listens = true }: AdoptingOptions = {}) {
  const sockets = await mkdtemp(join(tmpdir(), 'selfsame-test-'));
  const child = spawn(process.execPath, [program, ...words, '--how', how], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SOCKETS: sockets, ...env },
  });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  const said = { stdout: '', stderr: '' };
  let changed = Promise.withResolvers<void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (more: string) => {
      said[name] += more;
      changed.resolve();
      changed = Promise.withResolvers();
    });
  }
  /** Waits for something in what was printed. */
  const printed = async (pattern: RegExp | string, name: 'stdout' | 'stderr' = 'stderr'): Promise<string> => {
    for (;;) {
      const found =
        typeof pattern === 'string' ? said[name].includes(pattern) && pattern : pattern.exec(said[name])?.[0];
      if (typeof found === 'string') return found;
      const more = await Promise.race([changed.promise.then(() => true), ended.then(() => false)]);
      if (!more && !said[name].includes(String(pattern))) throw new Error(`It printed ${JSON.stringify(said)}`);
    }
  };
  const lines = (): unknown[] =>
    said.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown);
  await printed(/\n/, 'stdout');
  const url = listens ? await printed(/https?:\S+:\d+(?=\n)/) : '';
  return {
    url,
    facts: lines()[0],
    lines,
    printed,
    async end(signal: NodeJS.Signals) {
      child.kill(signal);
      const [status, killedBy] = await ended;
      return { status, killedBy };
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL');
      await ended;
      await rm(sockets, { recursive: true });
    },
  };
}
