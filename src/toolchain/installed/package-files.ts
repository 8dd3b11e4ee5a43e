import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { InstalledPackage } from './packages.ts';

/** What is of no use where a program runs: types, sources of other languages, notes, maps. */
const unused =
  /(?:\.d\.[cm]?ts|\.map|\.md|\.markdown|\.[cm]?ts|\.tsx|\.flow|\.cc?|\.cpp|\.hh?|\.hpp|\.gypi?|\.o|\.obj|\.a|\.lib|\.pdb|\.patch|\.exe|\.dll|\.dylib|\.tsbuildinfo)$|(?:^|\/)(?:\.[^/]+|binding\.gyp|Makefile|yarn\.lock|package-lock\.json|pnpm-lock\.yaml|CHANGELOG|HISTORY)$/i;
/** Compilers read types where they run. */
const readsTypes = /^typescript\/lib\/.*\.d\.ts$/;
const unusedFolders = new Set(['node_modules', 'test', 'tests', '__tests__', 'benchmark', 'benchmarks', 'coverage']);
/** For other systems; what was compiled on this machine, too. */
const foreign =
  /(?:^|\/)prebuilds\/(?!linux-(?:x64|arm64)(?:\/|$))|(?:^|\/)prebuilds\/.*musl|(?:^|\/)build\/(?:Release|Debug)\//;
const code = /\.[cm]?jsx?$/;

/**
 * The files of a package that may be read or loaded where the application runs.
 *
 * @param options.code true with its JavaScript, which the bundle has otherwise.
 * @returns paths relative to its folder, in order.
 */
export function filesOfPackage({ name, folder }: InstalledPackage, options: { readonly code: boolean }): string[] {
  const files: string[] = [];
  const walk = (inside: string): void => {
    for (const entry of readdirSync(join(folder, inside), { withFileTypes: true })) {
      const path = inside === '' ? entry.name : `${inside}/${entry.name}`;
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') && !unusedFolders.has(entry.name)) walk(path);
      } else if (
        entry.isFile() &&
        (!unused.test(path) || readsTypes.test(`${name}/${path}`)) &&
        !foreign.test(path) &&
        (options.code || !code.test(path))
      ) {
        files.push(path);
      }
    }
  };
  walk('');
  return files.toSorted();
}
