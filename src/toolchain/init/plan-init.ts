import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import { DeployError } from '../../shared/errors.ts';
import { nearestFolder } from '../installed/project.ts';
import { definitionText } from './definition.ts';
import { editedIgnored } from './edit-ignored.ts';
import { editedManifest } from './edit-manifest.ts';
import { applicationFileName, findDefinition } from './find-definition.ts';
import { findEntry } from './find-entry.ts';
import { moduleStyle } from './module-style.ts';
import { applicationName, findOwnProject, pathIn, type OwnProject } from './project.ts';
import { filesIn, portIn } from './server-settings.ts';
import { reachableSources, startsServer } from './sources.ts';

/** One file that is to be written. */
interface FileChange {
  /** Absolute. */
  readonly path: string;
  /** Absent: the file is new. */
  readonly before: string | undefined;
  readonly after: string;
}

export interface InitPlan {
  readonly changes: readonly FileChange[];
  /** What was found, and why, one line each. */
  readonly notes: readonly string[];
  /** What to type next in the project's folder. */
  readonly next: readonly string[];
}

interface InitOptions {
  readonly cwd: string;
  readonly named?: string | undefined;
  readonly isAgreed: boolean;
  /** The version of selfsame. */
  readonly version: string;
}

/** The name of the script that builds. */
const scriptName = 'build:selfsame';

/**
 * Works out what a project needs to become an executable. Nothing is written here.
 *
 * @throws {DeployError} `project-refused`
 */
export async function planInit({ cwd, named, isAgreed, version }: InitOptions): Promise<InitPlan> {
  const project = await findOwnProject(cwd);
  const existing = findDefinition(project);
  const defined =
    existing === undefined
      ? newDefinition(project, { cwd, named, isAgreed })
      : { path: existing, notes: [`${pathIn(project, existing)} defines the application already`], changes: [] };

  const command = `selfsame build ${pathIn(project, defined.path)}`;
  const other = project.manifest.scripts?.[scriptName];
  const manifest = editedManifest(project, { script: [scriptName, command], range: `^${version}` });
  const output = join(project.folder, 'dist', applicationFileName(project, defined.path));
  const ignored = editedIgnored(project.folder, output);
  const changes: FileChange[] = [
    ...defined.changes,
    { path: join(project.folder, 'package.json'), before: project.manifestText, after: manifest },
    ...(ignored === undefined ? [] : [{ path: join(project.folder, '.gitignore'), ...ignored }]),
  ];
  const isDifferent = other !== undefined && other !== command;
  return {
    changes: changes.filter(({ before, after }) => before !== after),
    notes: [...defined.notes, ...(isDifferent ? [`scripts["${scriptName}"] stays as it is: "${other}"`] : [])],
    next: [
      ...(isInstalled(project) ? [] : [`${packageManagerOf(project)} install`]),
      `${packageManagerOf(project)} run ${scriptName}`,
      `./${pathIn(project, output)} --help`,
    ],
  };
}

function newDefinition(project: OwnProject, options: Pick<InitOptions, 'cwd' | 'named' | 'isAgreed'>) {
  const entry = findEntry(project, options);
  const sources = reachableSources(entry.path);
  const [main] = sources;
  if (main === undefined) throw new Error(`Nothing was read of ${entry.path}`);
  const style = moduleStyle(project, main);
  const path = join(dirname(entry.path), `selfsame${style.ending}`);
  if (existsSync(path)) {
    throw new DeployError('project-refused', `Cannot write "${path}": it is there, and does not call selfsame()`, {
      hint: 'Rename it, or write the definition yourself.',
    });
  }
  const [found, files] = [portIn(sources), filesIn(project, sources)];
  const isServer = sources.some((source) => startsServer(source));
  const port = isServer ? (found ?? 8080) : found;
  const settings = { style, name: applicationName(project), port, files };
  const notes = [
    `Main file: ${pathIn(project, entry.path)} (${entry.why})`,
    portNote(port, found),
    ...(files.length > 0 ? [`Files beside the code: ${files.join(', ')}`] : []),
  ];
  return { path, notes, changes: [{ path, before: undefined, after: definitionText(settings) }] };
}

function portNote(port: number | undefined, found: number | undefined): string {
  if (port === undefined) return 'Port: none, since no server starts there; if one does, add address to the definition';
  return found === undefined ? `Port: ${port}, since the sources name none` : `Port: ${port}, as in the sources`;
}

/** In the project, or in the workspace that it is a part of. */
function isInstalled({ folder }: OwnProject): boolean {
  return nearestFolder(folder, (at) => existsSync(join(at, 'node_modules/selfsame'))) !== undefined;
}

/** By the nearest lock file. */
function packageManagerOf({ folder }: OwnProject): string {
  const lockFiles = { 'package-lock.json': 'npm', 'pnpm-lock.yaml': 'pnpm', 'yarn.lock': 'yarn' };
  const found = (at: string) => Object.entries(lockFiles).find(([name]) => existsSync(join(at, name)));
  const at = nearestFolder(folder, (each) => found(each) !== undefined);
  return (at === undefined ? undefined : found(at)?.[1]) ?? 'npm';
}

/** All changes as one patch, with paths from the project's folder. */
export function patchOf({ changes }: InitPlan, cwd: string): string {
  return changes
    .map(({ path, before, after }) => {
      const name = pathIn({ folder: cwd }, path);
      const [from, options] = [
        before === undefined ? '/dev/null' : name,
        { context: 2, headerOptions: FILE_HEADERS_ONLY },
      ];
      return createTwoFilesPatch(from, name, before ?? '', after, undefined, undefined, options);
    })
    .join('');
}

/**
 * Throws if a file is no longer what the plan saw.
 *
 * @throws {DeployError} `project-refused`
 */
export function assertUnchanged({ changes }: InitPlan): void {
  for (const { path, before } of changes) {
    const now = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
    if (now === before) continue;
    throw new DeployError('project-refused', `"${path}" changed while you were asked`, { hint: 'Run this again.' });
  }
}
