// Native add-ons come as one package for each system and architecture. Both Linux architectures are carried, wherever the build runs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { DeployError } from '../../shared/errors.ts';
import type { Report } from '../../shared/report.ts';
import { fetchPackage, type FetchPackageOptions } from './fetch-package.ts';
import type { LockFile } from './lock-file.ts';
import { findPackage, nameIn, type InstalledPackage } from './packages.ts';

const linuxName = /(?:^|[-/])linux[-_](?:x64|arm64)(?:[-_](?:gnu|glibc))?$/;

/** True for a specifier such as `@img/sharp-linux-arm64/sharp.node` of a package that has one for each platform. */
export function isPlatformSpecifier(specifier: string, by: InstalledPackage | undefined): boolean {
  const name = nameIn(specifier);
  return (
    by !== undefined &&
    linuxName.test(name) &&
    name in { ...by.manifest.optionalDependencies, ...by.manifest.dependencies }
  );
}

export interface PlatformOptions {
  readonly lock: LockFile | undefined;
  readonly unpacking: FetchPackageOptions['unpacking'];
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
  /** Called with a package that its publisher has not published, and what asks for it: an installation does without, too. */
  readonly absent: (name: string, by: InstalledPackage) => void;
}

/** A package for one platform, and what asks for it. */
export interface PlatformPackage {
  readonly by: InstalledPackage;
  readonly of: InstalledPackage;
}

/**
 * The packages of both Linux architectures that some packages ask for: from this machine if they are installed here, else from the registry.
 *
 * @throws {DeployError} as {@link fetchPackage}; `bad-usage` where neither the lock file nor the manifest says which version.
 */
export async function platformPackagesOf(
  packages: Iterable<InstalledPackage>,
  options: PlatformOptions,
): Promise<PlatformPackage[]> {
  const found: PlatformPackage[] = [];
  const waiting = [...packages];
  const seen = new Set<string>();
  for (let by = waiting.shift(); by !== undefined; by = waiting.shift()) {
    if (seen.has(by.key)) continue;
    seen.add(by.key);
    for (const [name, range] of Object.entries(by.manifest.optionalDependencies ?? {}).toSorted(([one], [other]) =>
      one < other ? -1 : 1,
    )) {
      if (!linuxName.test(name)) continue;
      const of = findPackage(name, by.folder) ?? (await fetched(name, range, by, options));
      if (of === undefined) continue;
      found.push({ by, of });
      waiting.push(of);
    }
  }
  return found;
}

async function fetched(
  name: string,
  range: string,
  by: InstalledPackage,
  { lock, unpacking, report, signal, absent }: PlatformOptions,
): Promise<InstalledPackage | undefined> {
  const [locked, ...others] = lock?.get(name) ?? [];
  const exact = /^\d+\.\d+\.\d+\S*$/.test(range) ? range : undefined;
  const chosen = others.length === 0 ? locked : [locked, ...others].find((each) => each?.version === exact);
  const version = chosen?.version ?? exact;
  if (version === undefined) {
    throw new DeployError('bad-usage', `Cannot carry ${name} for ${by.name}: the lock file does not have it`, {
      hint: 'Install again, so that the lock file names the packages of all platforms: remove it and node_modules first.',
    });
  }
  const of = await fetchPackage({ name, version, integrity: chosen?.integrity, unpacking, report, signal });
  if (of === undefined) absent(`${name}@${version}`, by);
  return of;
}

/** What takes the place of well-known packages that compile or download on install. */
const alternatives: Readonly<Record<string, string>> = {
  'better-sqlite3': 'node:sqlite, which Node.js has, or libsql',
  sqlite3: 'node:sqlite, which Node.js has, or libsql',
  canvas: '@napi-rs/canvas',
  bcrypt: 'bcrypt 6 or newer, or @node-rs/bcrypt',
  argon2: '@node-rs/argon2',
  re2: 're2-wasm',
  'node-sass': 'sass',
  libxmljs2: 'libxml2-wasm',
};

const compiles = /\b(?:node-gyp|prebuild-install|node-pre-gyp|install-from-cache|cmake-js|neon|cargo)\b/;

/** True if a package has native code only as it was compiled or downloaded here: of one architecture, and not the same on each machine. */
export function isCompiledHere({
  manifest: { scripts = {}, optionalDependencies = {} },
  folder,
}: InstalledPackage): boolean {
  const isBuilt =
    compiles.test(`${scripts['install']} ${scripts['postinstall']} ${scripts['preinstall']}`) ||
    existsSync(join(folder, 'binding.gyp'));
  const isPrebuilt =
    ['x64', 'arm64'].every((cpu) => existsSync(join(folder, 'prebuilds', `linux-${cpu}`))) ||
    Object.keys(optionalDependencies).some((name) => linuxName.test(name));
  return isBuilt && !isPrebuilt;
}

/** The refusal of a package that {@link isCompiledHere}. */
export function compiledRefusal({ name, manifest: { version } }: InstalledPackage): DeployError {
  const instead = alternatives[name] ?? 'a package with add-ons that are built before, for linux-x64 and linux-arm64';
  return new DeployError(
    'bad-usage',
    `Cannot carry ${name} ${version ?? ''}: its native code is compiled or downloaded when it is installed, for this machine alone`,
    { hint: `Use ${instead}.` },
  );
}
