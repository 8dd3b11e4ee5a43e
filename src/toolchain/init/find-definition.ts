import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DeployError } from '../../shared/errors.ts';
import { isSourceName } from '../installed/project.ts';
import { applicationName, findOwnProject, pathIn, type OwnProject } from './project.ts';
import { definesApplication, resolveSource } from './sources.ts';

/**
 * The file of a project that defines an application: what `selfsame init` wrote, or what the user did.
 *
 * @param near a source file to look beside, absolute.
 */
export function findDefinition({ folder, manifest }: OwnProject, near?: string): string | undefined {
  const [, named] = /\bselfsame build (\S+)/.exec(Object.values(manifest.scripts ?? {}).join('\n')) ?? [];
  const written = named === undefined ? undefined : resolveSource(join(folder, named));
  if (written !== undefined && definesApplication(readFileSync(written, 'utf8'))) return written;
  const folders = [...new Set([...(near === undefined ? [] : [dirname(near)]), folder, join(folder, 'src')])];
  const files = folders
    .filter((place) => existsSync(place))
    .flatMap((place) =>
      readdirSync(place)
        .toSorted()
        .map((name) => join(place, name)),
    )
    .filter((path) => isSourceName(path));
  return files.find((path) => definesApplication(readFileSync(path, 'utf8')));
}

/** What a build is made of, and what it is called. */
interface BuildInput {
  /** Absolute path of the definition. */
  readonly entry: string;
  readonly project: OwnProject;
  /** The executable's name. */
  readonly name: string;
}

/**
 * Finds what a command is to build.
 *
 * @param named as the user typed it; absent: the one definition of the project.
 * @throws {DeployError} `bad-usage` if it is not there, `project-refused` outside of a project.
 */
export async function buildInput(cwd: string, named?: string): Promise<BuildInput> {
  const path = named === undefined ? undefined : resolveSource(resolve(cwd, named));
  const project = await findOwnProject(path === undefined ? cwd : dirname(path));
  const entry = named === undefined ? findDefinition(project) : path;
  if (entry === undefined) {
    throw new DeployError('bad-usage', `Cannot find ${named ?? 'a file that calls selfsame()'}`, {
      hint: named === undefined ? missingHint(project) : 'Name the file that calls selfsame().',
    });
  }
  return { entry, project, name: applicationFileName(project, entry) };
}

/** The root of a workspace has no application of its own. */
function missingHint({ manifest }: OwnProject): string {
  return manifest.workspaces === undefined
    ? 'Make one with: npx selfsame init'
    : 'Go to the package of the workspace that has one, or make one there with: npx selfsame init';
}

/** What an executable is called: as its main file, or as the package where that is plain `selfsame`. */
export function applicationFileName(project: OwnProject, entry: string): string {
  const base = pathIn({ folder: dirname(entry) }, entry).replace(/\.[cm]?[jt]sx?$/, '');
  return base === 'selfsame' ? applicationName(project) : base;
}
