import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DeployError } from '../shared/errors.ts';
import { hostTarget, type Target } from '../shared/target.ts';
import { buildBlob, root } from './bundle.ts';
import { scriptReport, writeExecutable } from './executables.ts';

/**
 * Builds an application for this machine.
 *
 * @param entry its main file, relative to the root; it names the executable.
 * @returns the executable's path.
 * @throws {DeployError} if the application could not be deployed as it is: a name that is none, an option that is ours.
 */
export async function buildHere(entry = 'src/hello-world.ts'): Promise<string> {
  const place = buildPlaceFor(entry);
  await checkApplication(entry);
  await writeHere(place, await buildBlob(entry));
  return place.output;
}

/** What an application is built into on this machine. */
export interface BuildPlace {
  readonly target: Target;
  readonly name: string;
  /** The executable's path. */
  readonly output: string;
}

/** @throws {DeployError} `bad-target` if no executable can be made for this machine. */
export function buildPlaceFor(entry: string): BuildPlace {
  const target = hostTarget();
  if (target === undefined) {
    throw new DeployError('bad-target', `Cannot build on ${process.platform} ${process.arch}`, {
      hint: 'Build on Linux, macOS or Windows, and use npm run release for other targets.',
    });
  }
  const name = basename(entry).replace(/\.[cm]?[jt]s$/, '');
  return { target, name, output: join(root, 'dist', `${name}${target === 'win-x64' ? '.exe' : ''}`) };
}

/** Writes the executable of a blob. One that runs goes on as it was: the file is replaced, not changed. */
export async function writeHere({ target, name, output }: BuildPlace, blob: Uint8Array): Promise<void> {
  await mkdir(dirname(output), { recursive: true });
  await writeExecutable(target, { name, blob, output, report: scriptReport() });
}

/**
 * Lets the application look at its own definition, and end.
 *
 * @throws {DeployError} `bad-usage` with what it says, if it refuses.
 */
async function checkApplication(entry: string): Promise<void> {
  const reason = await refusalOf([join(root, entry)], {});
  if (reason !== undefined) throw refusedApplication(entry, reason);
}

/**
 * {@link checkApplication} by its bundle, which starts sooner than the sources.
 *
 * @throws {DeployError} `bad-usage`, in the words of the sources where they refuse as well: those name the file and the line.
 */
export async function checkBundle(entry: string, code: Uint8Array, signal: AbortSignal): Promise<void> {
  const reason = await refusalOf(['-'], { input: code, signal });
  if (reason === undefined) return;
  await checkApplication(entry);
  throw refusedApplication(entry, reason);
}

/** What a program says when it refuses its definition, in one line. */
async function refusalOf(
  words: readonly string[],
  { input, signal }: { input?: Uint8Array; signal?: AbortSignal },
): Promise<string | undefined> {
  const env = { ...process.env, SELFSAME_BUILD: 'check' };
  const checking = promisify(execFile)(process.execPath, words, { env, signal });
  // Who ends early reads no further: that is told by how it ends.
  checking.child.stdin?.on('error', () => undefined).end(input);
  try {
    await checking;
    return undefined;
  } catch (error) {
    signal?.throwIfAborted();
    const { stderr } = error as { stderr?: string };
    if (stderr === undefined) throw error;
    return reasonIn(stderr);
  }
}

/** Our own refusals are one line; of what Node.js prints for an error that nobody caught, the error and where it is from. */
function reasonIn(stderr: string): string {
  const lines = stderr.trim().split('\n');
  const [, thrown] = lines.map((line) => /^(?:Uncaught )?(\w*Error\b.*)$/.exec(line)).find((found) => found) ?? [];
  if (thrown === undefined) return (lines[0] ?? '').replace(/^error: /, '');
  const [, place] = /^(\S.*:\d+)$/m.exec(stderr) ?? [];
  const where = place?.startsWith('file:') ? relative(root, fileURLToPath(place)) : place;
  return where === undefined ? thrown : `${thrown}, at ${where}`;
}

function refusedApplication(entry: string, reason: string): DeployError {
  return new DeployError('bad-usage', `Cannot build ${entry}: ${reason.replace(/\.$/, '')}`, {
    hint: 'Mend it, and build again.',
  });
}
