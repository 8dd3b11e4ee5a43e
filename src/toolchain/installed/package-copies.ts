import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { filesOfPackage } from './package-files.ts';
import { findPackage, namesNeededBy, packageOfFile, type InstalledPackage } from './packages.ts';

/**
 * npm and Yarn install the same version of a package more than once where versions do not fit side by side; pnpm never does. So that a
 * bundle is the same by any of them, one copy stands for all that have the same files and find the same packages.
 *
 * @returns the path of a file in the copy that stands for its own; any other file as it is.
 */
export function packageCopies(): (file: string) => string {
  const standing = new Map<string, InstalledPackage>();
  const byKey = new Map<string, InstalledPackage[]>();

  function standIn(of: InstalledPackage): InstalledPackage {
    const known = standing.get(of.folder);
    if (known !== undefined) return known;
    const others = byKey.get(of.key) ?? [];
    for (const other of others) {
      const before = new Map(standing);
      // Assumed while it is looked at: packages may need each other.
      standing.set(of.folder, other);
      if (isCopy(of, other)) return other;
      standing.clear();
      for (const [folder, each] of before) standing.set(folder, each);
    }
    standing.set(of.folder, of);
    byKey.set(of.key, [...others, of]);
    return of;
  }

  function isCopy(of: InstalledPackage, other: InstalledPackage): boolean {
    const findTheSame = namesNeededBy(of.manifest).every((name) => {
      const [one, another] = [findPackage(name, of.folder), findPackage(name, other.folder)];
      if (one === undefined || another === undefined) return one === another;
      return standIn(one).folder === standIn(another).folder;
    });
    return findTheSame && haveSameFiles(of, other);
  }

  return (file) => {
    const of = packageOfFile(file);
    return of === undefined ? file : `${standIn(of).folder}${file.slice(of.folder.length)}`;
  };
}

/** A package may have been patched in one place alone. */
function haveSameFiles(of: InstalledPackage, other: InstalledPackage): boolean {
  const [files, others] = [of, other].map((each) => filesOfPackage(each, { code: true })) as [string[], string[]];
  return (
    files.join('\n') === others.join('\n') &&
    files.every((file) => readFileSync(join(of.folder, file)).equals(readFileSync(join(other.folder, file))))
  );
}
