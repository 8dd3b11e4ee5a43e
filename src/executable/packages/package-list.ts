import { inflateRawSync } from 'node:zlib';
import { DeployError } from '../../shared/errors.ts';
import { readBlob } from '../format/blob.ts';

/** The asset of an executable that lists what is bundled in it: JSON, compressed by deflate (RFC 1951). */
export const packagesAsset = 'packages';

/** A package, and the terms that it is given away under. */
export interface LicensedPackage {
  readonly name: string;
  readonly version: string;
  /** As its package.json says, mostly an SPDX expression; absent where it says nothing. */
  readonly license?: string | undefined;
  /** Its files of licences and notices, in the order of their names. */
  readonly texts: readonly string[];
}

/** Where a package comes from: the application needs it, or selfsame does. */
export type PackagePart = 'application' | 'selfsame';

export interface ListedPackage extends LicensedPackage {
  readonly parts: readonly PackagePart[];
}

/** All that an executable is made of. */
export interface PackageList {
  /** As its package.json says. */
  readonly application: {
    readonly name?: string | undefined;
    readonly version?: string | undefined;
    readonly license?: string | undefined;
  };
  readonly node: LicensedPackage;
  /** By name and version. */
  readonly packages: readonly ListedPackage[];
}

/** As it is stored: each text once, and the numbers of theirs with the packages. */
export interface StoredPackageList {
  readonly application: PackageList['application'];
  readonly node: StoredTexts<LicensedPackage>;
  readonly packages: readonly StoredTexts<ListedPackage>[];
  readonly texts: readonly string[];
}

export type StoredTexts<P extends LicensedPackage> = Omit<P, 'texts'> & { readonly texts: readonly number[] };

/** No list is as large: what claims to be is damaged. */
const mostBytes = 1 << 26;

/**
 * Reads the list of an application's packages.
 *
 * @param blob of an executable.
 * @throws {DeployError} `executable-damaged` if it has none, or one that cannot be read.
 */
export function packageListIn(blob: Uint8Array): PackageList {
  const asset = readBlob(blob).assets.get(packagesAsset);
  if (asset === undefined) throw unreadable('it has none');
  const { application, node, packages, texts } = stored(asset);
  const whole = <P extends LicensedPackage>({ texts: numbers, ...of }: StoredTexts<P>) => ({
    ...of,
    texts: numbers.map((number) => texts[number] ?? ''),
  });
  return { application, node: whole(node), packages: packages.map(whole<ListedPackage>) };
}

function stored(asset: Uint8Array): StoredPackageList {
  try {
    return JSON.parse(inflateRawSync(asset, { maxOutputLength: mostBytes }).toString()) as StoredPackageList;
  } catch (cause) {
    throw unreadable('it is damaged', cause);
  }
}

function unreadable(reason: string, cause?: unknown): DeployError {
  return new DeployError('executable-damaged', `Cannot read the list of packages in the executable: ${reason}`, {
    hint: 'Build it again: npx selfsame build.',
    cause,
  });
}
