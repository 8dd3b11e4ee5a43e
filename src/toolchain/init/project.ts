import { readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { getTsconfig, type TsConfigJsonResolved } from 'get-tsconfig';
import { DeployError } from '../../shared/errors.ts';
import { nearestManifest, parseManifest, type Manifest } from '../installed/project.ts';

/** A user's project: the folder of its package.json, and what its settings say. */
export interface OwnProject {
  /** Absolute. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** package.json as it is. */
  readonly manifestText: string;
  readonly compilerOptions: NonNullable<TsConfigJsonResolved['compilerOptions']> | undefined;
}

/**
 * The nearest project, from a folder upwards: in a monorepo that is the package, not the root.
 *
 * @throws {DeployError} `project-refused` if there is no package.json, or one that cannot be read.
 */
export async function findOwnProject(from: string): Promise<OwnProject> {
  const folder = nearestManifest(from);
  if (folder === undefined) {
    throw new DeployError('project-refused', `Cannot find a package.json in "${from}" or above`, {
      hint: 'Go to the folder of your application, or make one with npm init.',
    });
  }
  const manifestText = await readFile(join(folder, 'package.json'), 'utf8');
  return {
    folder,
    manifest: parseManifest(manifestText, folder),
    manifestText,
    compilerOptions: getTsconfig(folder)?.config.compilerOptions,
  };
}

/** A path below the project as it is written in sources and package.json: relative, with slashes. */
export function pathIn({ folder }: Pick<OwnProject, 'folder'>, path: string): string {
  return relative(folder, path).split(sep).join('/');
}

/** The package's name as a DNS label, which names the application and its objects on a cluster. */
export function applicationName({ folder, manifest }: Pick<OwnProject, 'folder' | 'manifest'>): string {
  const named = manifest.name ?? folder.split(sep).at(-1) ?? '';
  const label = named
    .toLowerCase()
    .replace(/^@[^/]*\//, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, 63)
    .replace(/-+$/, '');
  return label === '' ? 'app' : label;
}
