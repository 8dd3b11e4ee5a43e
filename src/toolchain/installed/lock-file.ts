import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { nearestFolder, type Project } from './project.ts';

/** A version of a package that a lock file names. */
interface LockedPackage {
  readonly version: string;
  /** Subresource integrity (`sha512-…`); Yarn 2 and later keep a checksum of their own instead. */
  readonly integrity: string | undefined;
}

/** By name. A lock file may name several versions. */
export type LockFile = ReadonlyMap<string, readonly LockedPackage[]>;

const readers = {
  'package-lock.json': readNpm,
  'npm-shrinkwrap.json': readNpm,
  'pnpm-lock.yaml': readPnpm,
  'yarn.lock': readYarn,
} as const;

/** Reads the lock file of a project's package manager; undefined where there is none. */
export function readLockFile({ folder }: Project): LockFile | undefined {
  const names = Object.keys(readers) as (keyof typeof readers)[];
  const at = nearestFolder(folder, (each) => names.some((name) => existsSync(join(each, name))));
  const name = at === undefined ? undefined : names.find((each) => existsSync(join(at, each)));
  if (at === undefined || name === undefined) return undefined;
  const locked = new Map<string, LockedPackage[]>();
  for (const { name: of, ...version } of readers[name](readFileSync(join(at, name), 'utf8'))) {
    locked.set(of, [...(locked.get(of) ?? []), version]);
  }
  return locked;
}

type NamedPackage = LockedPackage & { readonly name: string };

/** https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
function readNpm(text: string): NamedPackage[] {
  const { packages = {} } = JSON.parse(text) as {
    packages?: Record<string, { version?: string; integrity?: string; name?: string }>;
  };
  return Object.entries(packages).flatMap(([path, { version, integrity }]) => {
    const name = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path)?.[1];
    return name === undefined || version === undefined ? [] : [{ name, version, integrity }];
  });
}

function readPnpm(text: string): NamedPackage[] {
  const { packages = {} } = (load(text) ?? {}) as {
    packages?: Record<string, { resolution?: { integrity?: string } }>;
  };
  return Object.entries(packages).flatMap(([key, { resolution }]) => {
    const [, name, version] = /^\/?((?:@[^/]+\/)?[^@/]+)@([^(]+)/.exec(key) ?? [];
    return name === undefined || version === undefined ? [] : [{ name, version, integrity: resolution?.integrity }];
  });
}

/** Both forms: that of Yarn 1, and the YAML of later ones, which has the version and a checksum of the archive that Yarn makes. */
function readYarn(text: string): NamedPackage[] {
  return text.split(/\n(?=\S)/).flatMap((block) => {
    const [, name] = /^"?((?:@[^/"]+\/)?[^@"/]+)@/m.exec(block.replace(/^(?:#.*\n)+/, '')) ?? [];
    const [, version] = /^\s+"?version"?:? "?([^"\s]+)"?$/m.exec(block) ?? [];
    const [, integrity] = /^\s+integrity (\S+)$/m.exec(block) ?? [];
    return name === undefined || version === undefined ? [] : [{ name, version, integrity }];
  });
}
