import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { InstalledPackage } from './packages.ts';
import { manifestIn, nearestFolder, type Manifest, type Project } from './project.ts';

/**
 * Tells optional peers that nobody gave to a package: npm puts what a tool needs where every package finds it, pnpm does not, and an
 * installation without tools does not have it. So none of them is carried.
 *
 * @returns true if a package finds an optional peer by chance: neither the project names it, nor what depends on that package.
 */
export function strayPeers(project: Project): (name: string, by: InstalledPackage) => boolean {
  const own = {
    ...project.manifest,
    dependencies: { ...project.manifest.devDependencies, ...neededBy(project.manifest) },
  };
  let given: ReadonlyMap<string, ReadonlySet<string>> | undefined;
  return (name, by) => {
    if (by.manifest.peerDependenciesMeta?.[name]?.optional !== true || name in neededBy(by.manifest)) return false;
    given ??= givenNames(own, project.folder);
    const names = given.get(by.name);
    return names !== undefined && !names.has(name) && !(name in own.dependencies);
  };
}

/** By the name of a package: all that those name who depend on it. */
function givenNames(own: Manifest, at: string): ReadonlyMap<string, ReadonlySet<string>> {
  const given = new Map<string, Set<string>>();
  const seen = new Set<string>();
  const waiting = [{ manifest: own, folder: at }];
  for (let by = waiting.pop(); by !== undefined; by = waiting.pop()) {
    const names = Object.keys({ ...neededBy(by.manifest), ...by.manifest.peerDependencies });
    for (const name of names) {
      given.set(name, new Set([...(given.get(name) ?? []), ...names]));
      const folder = folderOf(name, by.folder);
      if (folder === undefined || seen.has(folder)) continue;
      seen.add(folder);
      waiting.push({ manifest: manifestIn(folder) ?? {}, folder });
    }
  }
  return given;
}

function neededBy({ dependencies, optionalDependencies }: Manifest): Readonly<Record<string, string>> {
  return { ...dependencies, ...optionalDependencies };
}

/** Of an installed package, or of a sibling in the workspace. */
function folderOf(name: string, from: string): string | undefined {
  const at = nearestFolder(from, (folder) => existsSync(join(folder, 'node_modules', name, 'package.json')));
  return at === undefined ? undefined : realpathSync(join(at, 'node_modules', name));
}
