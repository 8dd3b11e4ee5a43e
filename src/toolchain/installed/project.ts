import { existsSync, readFileSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { DeployError } from '../../shared/errors.ts';

type DeclaredLicense = string | { readonly type?: string };

/** The fields of a package.json that a build reads. */
export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly description?: string;
  readonly type?: string;
  readonly main?: string;
  readonly module?: string;
  readonly license?: DeclaredLicense;
  readonly licenses?: DeclaredLicense | readonly DeclaredLicense[];
  readonly workspaces?: unknown;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Where an application is built from. All paths are absolute and real, with `/` between names. */
export interface Project {
  readonly entry: string;
  /** The folder of the nearest package.json, or that of the entry where there is none. */
  readonly folder: string;
  /** The root of the workspace, or `folder`. Places in the executable are relative to it, so that no path of this machine is in them. */
  readonly base: string;
  readonly manifest: Manifest;
}

/**
 * Finds the project of an application.
 *
 * @param entry its main file; relative to the working directory.
 * @throws {DeployError} `bad-usage` if there is no such file, or the packages of its project are not in folders; `project-refused`.
 */
export async function findProject(entry: string): Promise<Project> {
  const file = await realFile(entry);
  const folder = nearestManifest(dirname(file)) ?? dirname(file);
  const base = nearestFolder(folder, isWorkspace) ?? folder;
  if ([folder, base].some((at) => existsSync(join(at, '.pnp.cjs')))) {
    throw new DeployError(
      'bad-usage',
      `Cannot read the packages of ${folder}: Yarn keeps them in archives (Plug'n'Play)`,
      {
        hint: 'Write "nodeLinker: node-modules" into .yarnrc.yml, run yarn install, and build again.',
      },
    );
  }
  return { entry: file, folder, base, manifest: manifestIn(folder) ?? {} };
}

async function realFile(entry: string): Promise<string> {
  try {
    return slashed(await realpath(entry));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new DeployError('bad-usage', `Cannot find ${shownPath(entry)}`, {
      hint: "Pass the path of the application's main file.",
      cause: error,
    });
  }
}

/**
 * The manifest of a folder, undefined where there is none.
 *
 * @throws {DeployError} as {@link parseManifest}.
 */
export function manifestIn(folder: string): Manifest | undefined {
  const path = join(folder, 'package.json');
  return existsSync(path) ? parseManifest(readFileSync(path, 'utf8'), folder) : undefined;
}

/**
 * Reads the text of a package.json.
 *
 * @param folder of it, for people.
 * @throws {DeployError} `project-refused` if it is not JSON.
 */
export function parseManifest(text: string, folder: string): Manifest {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, '')) as Manifest;
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new DeployError('project-refused', `Cannot read "${join(folder, 'package.json')}": ${cause.message}`, {
      hint: 'Correct it, and run this again.',
      cause,
    });
  }
}

/** The folder of the nearest package.json, from a folder upwards. */
export function nearestManifest(from: string): string | undefined {
  return nearestFolder(from, (at) => existsSync(join(at, 'package.json')));
}

/** True if Node.js takes a file for an ES module: by its ending, or by the nearest package.json. */
export function isModuleFile(file: string): boolean {
  if (/\.[cm][jt]sx?$/.test(file)) return /\.m[jt]sx?$/.test(file);
  const folder = nearestManifest(dirname(file));
  return folder !== undefined && manifestIn(folder)?.type === 'module';
}

/** True for a file that may be a module of an application, and does not have types alone. */
export function isSourceName(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path) && !/\.d\.[cm]?ts$/.test(path);
}

function isWorkspace(folder: string): boolean {
  return existsSync(join(folder, 'pnpm-workspace.yaml')) || manifestIn(folder)?.workspaces !== undefined;
}

/** The first folder upward for which something holds. */
export function nearestFolder(from: string, holds: (folder: string) => boolean): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    if (holds(at)) return at;
    if (at === dirname(at)) return undefined;
  }
}

/** A path as it would be typed here. */
export function shownPath(path: string): string {
  return relative('', path) || path;
}

/** A path as the bundler and the executable write it, also on Windows. */
export function slashed(path: string): string {
  return process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
}
