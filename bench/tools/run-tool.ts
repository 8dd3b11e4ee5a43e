// Runs the tools of the comparison, and looks at the memory of a process with all that it started.
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';

export interface ToolOptions {
  readonly signal: AbortSignal;
  readonly input?: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Told each line of stderr as it comes. */
  readonly onLine?: (line: string) => void;
}

/** How a tool ended. */
export interface Ran {
  readonly stdout: string;
  /** The most that it and its children had resident at once, as far as a look every 20 ms tells. */
  readonly peakBytes: number;
}

/** @throws {Error} with what it said, if it fails. */
export async function runTool([file, ...words]: readonly [string, ...string[]], options: ToolOptions): Promise<Ran> {
  const { signal, input, cwd, env, onLine } = options;
  const child = spawn(file, words, { signal, cwd, env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  const tree = watchTree(child.pid ?? 0);
  // Who ends early reads no further: that is told by how it ends.
  child.stdin.on('error', () => undefined).end(input);
  const said: string[] = [];
  let rest = '';
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine?.(line);
    said.push(chunk);
  });
  const { promise: ended, resolve, reject } = Promise.withResolvers<number | null>();
  child.on('error', reject).on('close', resolve);
  try {
    const [status, stdout] = await Promise.all([ended, text(child.stdout)]);
    if (status === 0) return { stdout, peakBytes: tree.peakBytes() };
    throw new Error(`Exit status ${status} of ${[file, ...words].join(' ')}: ${said.join('').trim().slice(-2000)}`);
  } finally {
    tree.close();
  }
}

/** Follows the memory of a process and its children until it is closed. */
export function watchTree(pid: number): { peakBytes(): number; reset(): void; close(): void } {
  let peakBytes = 0;
  const look = (): void => {
    peakBytes = Math.max(peakBytes, residentBytesOf(pid));
  };
  look();
  const looking = setInterval(look, 20);
  return {
    peakBytes: () => peakBytes,
    reset() {
      peakBytes = 0;
    },
    close: () => clearInterval(looking),
  };
}

function residentBytesOf(pid: number): number {
  const pages = Number(readProc(`${pid}/statm`).split(' ')[1] ?? 0);
  // A program in Go starts others from any of its threads.
  const threads = unlessGone(() => readdirSync(`/proc/${pid}/task`), []);
  const children = threads.flatMap((thread) => readProc(`${pid}/task/${thread}/children`).split(' ').filter(Boolean));
  return children.reduce((sum, child) => sum + residentBytesOf(Number(child)), pages * pageBytes);
}

const pageBytes = 4096;

function readProc(path: string): string {
  return unlessGone(() => readFileSync(`/proc/${path}`, 'utf8'), '');
}

/** Processes end while they are looked at. */
function unlessGone<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH') return otherwise;
    throw error;
  }
}
