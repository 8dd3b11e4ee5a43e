import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { DeployError } from '../shared/errors.ts';

/** What a build needs of an application's definition. */
export interface Definition {
  /** Patterns of files to carry, relative to the folder of package.json. */
  readonly files: readonly string[];
  /** Packages that are not bundled. */
  readonly external: readonly string[];
  /** False for a program that declares no address. */
  readonly serves: boolean;
}

export interface DefinitionOptions {
  /** The executable. */
  readonly path: string;
  /** As it was typed. */
  readonly entry: string;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Lets an executable tell its own definition, and end. The top level of the file with the definition is evaluated for that, and what it
 * imports; what `main: () => import(…)` names is not loaded.
 *
 * @throws {DeployError} `bad-usage` with what it says, if it refuses; or if it does not come to the definition in time.
 */
export async function readDefinition({ path, entry, timeoutMs, signal }: DefinitionOptions): Promise<Definition> {
  const child = spawn(path, ['self', 'definition'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    killSignal: 'SIGKILL',
    timeout: timeoutMs,
    signal,
  });
  const [stdout, stderr, [status, ended]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  const refuse = (reason: string, hint: string): DeployError =>
    new DeployError('bad-usage', `Cannot build ${entry}: ${reason.replace(/\.$/, '')}`, { hint });
  if (ended === 'SIGKILL') {
    throw refuse(
      `its main file does not come to selfsame() within ${timeoutMs / 1000} s`,
      "Define the application in a file of its own, with main: () => import('./main.ts').",
    );
  }
  if (status !== 0)
    throw refuse(reasonIn(stderr) || `it ended with ${ended ?? status}`, 'Correct it, and build again.');
  const line = stdout.trim().split('\n').at(-1) ?? '';
  if (!line.startsWith('{')) {
    throw neverCalls(entry);
  }
  const { files = [], external = [], serves = true } = JSON.parse(line) as Partial<Definition>;
  return { files, external, serves };
}

/** @param entry as it was typed. */
export function neverCalls(entry: string): DeployError {
  return new DeployError('bad-usage', `Cannot build ${entry}: it never calls selfsame()`, {
    hint: 'Build the file that does, or have one made by npx selfsame init.',
  });
}

/** Our own refusals are one line; of what Node.js prints for an error that nobody caught, the error and where it is from. */
function reasonIn(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const [, thrown] = lines.map((line) => /^(?:Uncaught )?(\w*Error\b.*)$/.exec(line)).find((found) => found) ?? [];
  if (thrown === undefined) return (lines[0] ?? '').replace(/^error: /, '');
  const [, place] = /\/vfs\/\d+\/app\/([^\s()]+:\d+:\d+)/.exec(stderr) ?? [];
  return place === undefined ? thrown : `${thrown}, at ${place}`;
}
