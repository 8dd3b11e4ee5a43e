// A program of ours — help, a version, a deploy — evaluates the file with the definition, and nothing else of the application.
// Where that waits for something else first, it must not wait for ever.
import { writeSync } from 'node:fs';

interface Reachable {
  readonly reached: () => void;
}

const limitSeconds = 10;
const ours = /^--(?:help|version-hash|kubernetes|local)(?:=|$)/;

/**
 * Ends a program of ours that does not come to its definition in time, with the status of bad usage.
 *
 * @param words of the command line.
 */
export function limitDefinition(words: readonly string[]): Reachable {
  if (words[0] !== 'self' && !words.some((word) => ours.test(word))) return { reached: () => undefined };
  const timer = setTimeout(() => {
    writeSync(
      2,
      `error: Cannot do that: the main file does not come to selfsame() within ${limitSeconds} s\n  Define the application in a file of its own, with main: () => import('./main.ts').\n`,
    );
    process.exit(2);
  }, limitSeconds * 1000).unref();
  return { reached: () => clearTimeout(timer) };
}

/** Tells an executable that the definition is there. */
export function definitionReached(): void {
  (globalThis as { __selfsame?: Reachable }).__selfsame?.reached();
}

/** True in a thread: a file with a definition that a thread loads does not run the application again. */
export async function isInThread(): Promise<boolean> {
  const { __selfsame: executable } = globalThis as { __selfsame?: { readonly isThread: boolean } };
  // Loading that module takes 2 ms, which an executable need not pay.
  return executable?.isThread ?? !(await import('node:worker_threads')).isMainThread;
}
