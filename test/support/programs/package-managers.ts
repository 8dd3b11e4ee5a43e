import { join } from 'node:path';
import { inProject, installInProject, type ProjectFiles } from './project.ts';

/** Those beside npm, as packages. */
const tools = { pnpm: '12.21.0', yarn: '1.22.22', '@yarnpkg/cli-dist': '4.18.1' };

export type ManagerName = 'npm' | 'pnpm' | 'yarn classic' | 'yarn berry';

/** How a user's project is installed, and its commands are called. */
export interface PackageManager {
  /** Installs what package.json names. */
  readonly install: readonly string[];
  /** In front of packages that are added to those for development. */
  readonly add: readonly string[];
  /** Runs the tests of a project. */
  readonly test: readonly string[];
  /** In front of the name of a bin. */
  readonly run: readonly string[];
  /** What a project has because of it. */
  readonly files: ProjectFiles;
}

/**
 * Package managers that share what they have fetched.
 *
 * @param folder that they are installed into, with a package.json in it.
 */
export async function packageManagers(folder: string): Promise<Readonly<Record<ManagerName, PackageManager>>> {
  const versions = Object.entries(tools).map(([name, version]) => `${name}@${version}`);
  await installInProject(['npm', 'install', '--no-bin-links', ...versions], { cwd: folder });
  const registry = (await inProject(['npm', 'config', 'get', 'registry'], { cwd: folder })).stdout.trim();
  const tool = (path: string): readonly string[] => ['node', join(folder, 'node_modules', path)];
  const [pnpm, classic, berry] = [
    tool('pnpm/bin/pnpm.mjs'),
    tool('yarn/bin/yarn.js'),
    tool('@yarnpkg/cli-dist/bin/yarn.js'),
  ];
  const store = ['--store-dir', join(folder, 'store')];
  return {
    npm: {
      install: ['npm', 'install'],
      add: ['npm', 'install', '-D'],
      test: ['npm', 'test'],
      run: ['npx', '--no-install'],
      files: {},
    },
    pnpm: {
      install: [...pnpm, 'install', ...store],
      add: [...pnpm, 'add', '-D', ...store],
      test: [...pnpm, 'test'],
      run: [...pnpm, 'exec'],
      // It asks whether scripts of packages may run, and ends with 1 where nobody answers.
      files: { 'pnpm-workspace.yaml': 'allowBuilds:\n  bcrypt: false\n' },
    },
    'yarn classic': {
      install: [...classic, 'install', '--registry', registry],
      add: [...classic, 'add', '-D', '--registry', registry],
      test: [...classic, 'test'],
      run: [...classic, '-s', 'run'],
      files: {},
    },
    'yarn berry': {
      install: [...berry, 'install'],
      add: [...berry, 'add', '-D'],
      test: [...berry, 'test'],
      run: [...berry, 'run'],
      files: {
        'yarn.lock': '',
        '.yarnrc.yml': `nodeLinker: node-modules\nenableTelemetry: false\nenableGlobalCache: false\nenableImmutableInstalls: false\nnpmRegistryServer: ${registry}\n`,
      },
    },
  };
}
