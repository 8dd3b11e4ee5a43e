// The project of a sample in a folder of its own, with the packages that it asks for.
import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../../src/toolchain/bundle.ts';

/** Node.js as it runs a sample without us: the pinned one. */
export const plainNode = process.execPath;

interface Manifest {
  readonly scripts?: { readonly build?: string; readonly start?: string };
  readonly dependencies?: unknown;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly overrides?: unknown;
  readonly workspaces?: readonly string[];
}

export interface SampleProject {
  readonly path: string;
  /** What plain Node.js is given to run it. */
  readonly start: readonly string[];
}

export interface ProjectOptions {
  readonly hasInstallScripts: boolean;
  /** The folder that it has for the package `selfsame`; by default this clone. */
  readonly library?: string;
}

/**
 * Copies a project, installs its packages and runs its `build`.
 *
 * @param from the folder with its sources.
 * @param path the new folder.
 */
export function makeProject(
  from: string,
  path: string,
  { hasInstallScripts, library = root }: ProjectOptions,
): SampleProject {
  const packages = installed(from, hasInstallScripts);
  cpSync(from, path, { recursive: true });
  const modules = join(path, 'node_modules');
  // Linked where that can be done, since it is many files. Nothing writes to them.
  if (existsSync(packages) && spawnSync('cp', ['-al', packages, modules]).status !== 0) {
    rmSync(modules, { recursive: true, force: true });
    cpSync(packages, modules, { recursive: true, verbatimSymlinks: true });
  }
  mkdirSync(modules, { recursive: true });
  symlinkSync(library, join(modules, 'selfsame'));

  const { scripts } = manifestOf(path);
  if (scripts?.build !== undefined) succeeded(inProject(path, 'sh', ['-c', scripts.build]));
  const [node, ...start] = (scripts?.start ?? 'node src/main.ts').split(' ');
  if (node !== 'node') throw new Error(`Cannot start ${from}: its start script does not begin with node`);
  return { path, start };
}

/** Where the packages of a project are, which are installed once for all that ask for the same. */
function installed(from: string, hasInstallScripts: boolean): string {
  const manifests = globSync('{,packages/*/}package.json', { cwd: from }).toSorted();
  const wanted = manifests.map((file) => {
    const { dependencies, devDependencies, overrides, workspaces } = manifestOf(join(from, dirname(file)));
    return { file, dependencies, devDependencies: withoutOurs(devDependencies), overrides, workspaces };
  });
  const asked = JSON.stringify({ wanted, hasInstallScripts, node: process.version });
  const id = createHash('sha256').update(asked).digest('hex').slice(0, 16);
  const cache = join(root, 'node_modules/.cache/selfsame/applications');
  const kept = join(cache, id);
  if (existsSync(kept)) return join(kept, 'node_modules');

  // Half of an installation must never look whole.
  const folder = `${kept}.${process.pid}`;
  for (const each of wanted) {
    mkdirSync(dirname(join(folder, each.file)), { recursive: true });
    const name =
      each.file === 'package.json' ? 'sample' : (manifestOf(join(from, dirname(each.file))) as { name: string }).name;
    writeFileSync(join(folder, each.file), JSON.stringify({ name, version: '1.0.0', ...each }));
  }
  const words = [
    'install',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    ...(hasInstallScripts ? [] : ['--ignore-scripts']),
  ];
  try {
    succeeded(inProject(folder, 'npm', words));
    renameSync(folder, kept);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return join(kept, 'node_modules');
}

/** What is installed is linked to, and not fetched. */
function withoutOurs({ selfsame: _linked, ...others }: Readonly<Record<string, string>> = {}) {
  return Object.keys(others).length === 0 ? undefined : others;
}

function manifestOf(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
}

/** Runs a command as a stranger would there: with the pinned Node.js and the project's own commands first. */
function inProject(cwd: string, command: string, words: readonly string[]): SpawnSyncReturns<string> {
  const path = [join(cwd, 'node_modules/.bin'), dirname(plainNode), process.env['PATH']].join(':');
  return spawnSync(command, words, {
    cwd,
    encoding: 'utf8',
    env: {
      ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))),
      PATH: path,
      // It would stay in TMPDIR.
      NODE_DISABLE_COMPILE_CACHE: '1',
    },
  });
}

function succeeded({ status, stdout, stderr, error }: SpawnSyncReturns<string>): void {
  if (status !== 0) throw new Error(`${error?.message ?? ''}${stdout}${stderr}`.slice(-2_000));
}
