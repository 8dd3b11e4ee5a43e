import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { startAsset } from '../app/start/start-config.ts';
import type { Halves, OwnPackages } from './carry/halves.ts';
import { slashed } from './installed/project.ts';

/** Files of the npm package, by the names that they have in an executable. */
export const halfFiles = {
  'deployer.cjs': 'halves/deployer.cjs',
  'runner.cjs': 'halves/runner.cjs',
  [startAsset]: 'halves/start.cjs',
  'runner.sh': 'halves/runner.sh',
} as const;

/** What is bundled in these files, as JSON. */
export const ownPackagesFile = 'halves/packages.json';

/** What an import of `selfsame` becomes in an executable. */
export const libraryFile = 'halves/library.cjs';

/**
 * The halves of an installed package.
 *
 * @param folder absolute and real.
 */
export function publishedHalves(folder: string): Halves {
  return {
    folder: slashed(resolve(folder)),
    library: async () => Promise.resolve(slashed(join(folder, libraryFile))),
    async parts() {
      const files = Object.entries(halfFiles).map(
        async ([name, file]) => [name, await readFile(join(folder, file))] as const,
      );
      const packages = JSON.parse(await readFile(join(folder, ownPackagesFile), 'utf8')) as OwnPackages;
      return { assets: new Map(await Promise.all(files)), packages };
    },
  };
}
