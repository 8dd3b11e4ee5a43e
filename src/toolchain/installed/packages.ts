import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { manifestIn, nearestFolder, slashed, type Manifest } from './project.ts';

/** A package that is installed here. */
export interface InstalledPackage {
  /** `name@version`: the same package, wherever a package manager keeps it. */
  readonly key: string;
  readonly name: string;
  /** Absolute and real. */
  readonly folder: string;
  readonly manifest: Manifest;
}

/** The installed package that a file belongs to; undefined for a file of the project. */
export function packageOfFile(file: string): InstalledPackage | undefined {
  const [, folder] = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/@][^/]*)(?:\/|$)/.exec(file) ?? [];
  return folder === undefined ? undefined : packageIn(folder);
}

const known = new Map<string, InstalledPackage | undefined>();

/** @param folder below a `node_modules`. */
export function packageIn(folder: string): InstalledPackage | undefined {
  if (!known.has(folder)) known.set(folder, readPackage(folder));
  return known.get(folder);
}

function readPackage(folder: string): InstalledPackage | undefined {
  const manifest = manifestIn(folder);
  if (manifest === undefined) return undefined;
  const [, installedAs = ''] = /\/node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(folder) ?? [];
  return { key: `${installedAs}@${manifest.version ?? '0.0.0'}`, name: installedAs, folder, manifest };
}

/** The package that a name means in a folder, as Node.js looks for it. */
export function findPackage(name: string, from: string): InstalledPackage | undefined {
  const at = nearestFolder(from, (folder) => existsSync(join(folder, 'node_modules', name, 'package.json')));
  if (at === undefined) return undefined;
  const real = slashed(realpathSync(join(at, 'node_modules', name)));
  // A sibling in the workspace is a part of the project.
  return packageOfFile(`${real}/package.json`);
}

/** What a package may ask for at run time: its dependencies, those that are optional, and peers. */
export function namesNeededBy({ dependencies, optionalDependencies, peerDependencies }: Manifest): string[] {
  return Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }).toSorted();
}

/** True if a manifest lets its package be installed on Linux with glibc, on one of these architectures. */
export function runsOnLinux({ os, cpu, libc }: Manifest, cpus: readonly string[] = ['x64', 'arm64']): boolean {
  const admits = (list: readonly string[] | undefined, values: readonly string[]): boolean =>
    list === undefined ||
    values.some((value) => list.includes(value) || (list[0]?.startsWith('!') && !list.includes(`!${value}`)));
  return admits(os, ['linux']) && admits(cpu, cpus) && admits(libc, ['glibc']);
}

/** The package in a specifier: `@scope/name/file` → `@scope/name`. */
export function nameIn(specifier: string): string {
  return /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
}
