import { rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { RuntimeSettings } from '../executable/runtimes/sources.ts';
import { digestOfFile, type Digest } from '../shared/digest.ts';
import { DeployError } from '../shared/errors.ts';
import type { Report } from '../shared/report.ts';
import { hostTarget, type Target } from '../shared/target.ts';
import { applicationBlob } from './application-blob.ts';
import { carry, type CarriedApplication } from './carry/carry.ts';
import { findProject, shownPath, type Project } from './installed/project.ts';
import { neverCalls, readDefinition, type Definition } from './definition.ts';
import { writeExecutable } from './executables.ts';
import type { Halves } from './carry/halves.ts';
import { besideOutput, writing } from './output.ts';
import { packageListOf, writePackageList } from './package-list.ts';
import { tryOut, type TrialOutcome } from './trial.ts';

export interface BuildRequest {
  /** The application's main file, relative to the working directory. */
  readonly entry: string;
  /** Of the executable; default: that of the main file. */
  readonly name?: string | undefined;
  readonly halves: Halves;
  /** Where plain runtimes come from, by target; absent: the cache and the registry. */
  readonly runtimesFor?: (target: Target) => RuntimeSettings;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
  /** How long the main file may take to come to its definition, in milliseconds; default 10,000. */
  readonly checkMs?: number | undefined;
}

/** An application in a blob, with what is known of it. */
export interface BuiltBlob {
  readonly blob: Buffer;
  readonly project: Project;
  readonly definition: Definition;
  readonly carried: CarriedApplication;
  /** Milliseconds. */
  readonly took: { readonly bundle: number; readonly write: number; readonly check: number };
}

export interface WriteRequest extends BuildRequest {
  /** The file to write; default: `dist/<name of the entry>` in the project. */
  readonly output?: string | undefined;
  /** Default: this machine's. */
  readonly target?: Target | undefined;
  /** Runs it once, if it is for this machine, for at most so many milliseconds; absent: not. */
  readonly trialMs?: number | undefined;
}

export interface BuiltExecutable extends BuiltBlob {
  readonly output: string;
  readonly version: Digest;
  readonly trial: TrialOutcome | undefined;
}

/** With its executable for this machine. */
interface RunnableBlob extends BuiltBlob {
  readonly path: string;
}

/** What an earlier build of the same application found. */
export type EarlierBuild = Pick<BuiltBlob, 'blob' | 'definition'>;

/**
 * Builds an application into a blob, and lets it tell its definition.
 *
 * @param folder to write an executable for this machine into.
 * @throws {DeployError} whatever `carry` and `readDefinition` throw; `bad-target` where no executable can be made for this machine.
 */
export async function buildBlob(request: BuildRequest, folder: string): Promise<RunnableBlob> {
  const { finish } = await begin(request, folder, { files: [], external: [] });
  return finish();
}

/**
 * {@link buildBlob} for an application that was built before.
 *
 * @returns undefined, and nothing is written, if it still is the same.
 */
export async function rebuildBlob(
  request: BuildRequest,
  folder: string,
  earlier: EarlierBuild,
): Promise<RunnableBlob | undefined> {
  const { blob, finish } = await begin(request, folder, earlier.definition);
  return earlier.blob.equals(blob) ? undefined : finish();
}

/** @param assumed what the definition is taken to say until it has been asked. */
async function begin(request: BuildRequest, folder: string, assumed: CarrySettings) {
  const { entry, signal, checkMs = 10_000 } = request;
  const target = targetHere();
  const project = await findProject(entry);
  const path = join(folder, fileNameFor(request, target));
  const took = { bundle: 0, write: 0, check: 0 };
  const timed = async <T>(stage: keyof typeof took, work: Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    const result = await work;
    took[stage] += performance.now() - startedAt;
    return result;
  };
  const make = async (settings: CarrySettings) => timed('bundle', carriedBlob(request, project, settings));
  const write = async (blob: Buffer): Promise<void> =>
    timed('write', writeExecutable(target, { blob, output: path, ...writingOptions(request, target) }));

  let made = await make(assumed);
  return {
    blob: made.blob,
    finish: async (): Promise<RunnableBlob> => {
      // Whatever else it may be, it is not run.
      if (!made.carried.usesSelfsame) throw neverCalls(shownPath(entry));
      await write(made.blob);
      const asked = { path, entry: shownPath(entry), timeoutMs: checkMs, signal };
      const definition = await timed('check', readDefinition(asked));
      if (!isDeepStrictEqual([assumed.files, assumed.external], [definition.files, definition.external])) {
        made = await make(definition);
        await write(made.blob);
      }
      return { ...made, project, definition, path, took };
    },
  };
}

type CarrySettings = Pick<Definition, 'files' | 'external'>;

/** The blob of a project, with what its definition is taken to say. */
export async function carriedBlob(
  { halves, report, signal }: BuildRequest,
  project: Project,
  { files, external }: CarrySettings,
): Promise<Pick<BuiltBlob, 'blob' | 'carried'>> {
  const [carried, { assets, packages: own }] = await Promise.all([
    carry({ project, halves, files, external, report, signal }),
    halves.parts(),
  ]);
  const packages = writePackageList(packageListOf(project, carried, own));
  return { carried, blob: applicationBlob({ ...carried, packages }, assets) };
}

/**
 * Builds an application into an executable. A file that is there is replaced only once the new one is right.
 *
 * @throws {DeployError} as {@link buildBlob}; `output-refused` for a file that cannot be written; `trial-failed` if the trial shows that a part of the application is missing.
 */
export async function buildExecutable(request: WriteRequest): Promise<BuiltExecutable> {
  const { entry, target = targetHere(), trialMs, signal } = request;
  const { folder: project } = await findProject(entry);
  const output = request.output ?? join(project, 'dist', fileNameFor(request, target));
  return besideOutput(output, async (folder) => {
    const built = await buildBlob(request, folder);
    const { serves } = built.definition;
    const trial =
      trialMs === undefined
        ? undefined
        : await tryOut({ path: built.path, hidden: built.project.base, serves, timeoutMs: trialMs, signal });
    refuseIncomplete(shownPath(entry), trial);
    await writing(output, async () =>
      target === targetHere()
        ? rename(built.path, output)
        : writeExecutable(target, { blob: built.blob, output, ...writingOptions(request, target) }),
    );
    return { ...built, output, trial, version: await digestOfFile(output, signal) };
  });
}

/** What fails for want of the environment it is made for is right; what misses a part of itself is not. */
function refuseIncomplete(entry: string, trial: TrialOutcome | undefined): void {
  if (trial?.kind !== 'ended' || trial.status === 0) return;
  const [missing] = /^.*(?:Cannot find (?:module|package) .*|ENOENT.*\/dev\/null\/vfs\/.*)$/m.exec(trial.stderr) ?? [];
  if (missing === undefined) return;
  throw new DeployError(
    'trial-failed',
    `Cannot build ${entry}: it does not start without the project: ${missing.trim()}`,
    {
      hint: 'Name the file in "files" of the definition, or the package in "external"; build with --no-trial to see more.',
    },
  );
}

/** @throws {DeployError} `bad-target` if no executable can be made for this machine. */
export function targetHere(): Target {
  const target = hostTarget();
  if (target !== undefined) return target;
  throw new DeployError('bad-target', `Cannot build on ${process.platform} ${process.arch}`, {
    hint: 'Build on Linux, macOS or Windows.',
  });
}

function writingOptions(request: BuildRequest, target: Target) {
  const { report, signal, runtimesFor } = request;
  return { name: executableName(request), report, signal, runtimes: runtimesFor?.(target) };
}

type Named = Pick<BuildRequest, 'entry' | 'name'>;

/** The name of an application's executable. */
export function executableName({ entry, name }: Named): string {
  return name ?? basename(entry).replace(/\.[cm]?[jt]sx?$/, '');
}

export function fileNameFor(named: Named, target: Target): string {
  return `${executableName(named)}${target === 'win-x64' ? '.exe' : ''}`;
}
