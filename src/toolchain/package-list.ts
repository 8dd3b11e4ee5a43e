import { deflateSync } from 'fflate';
import type {
  LicensedPackage,
  ListedPackage,
  PackageList,
  PackagePart,
  StoredPackageList,
  StoredTexts,
} from '../executable/packages/package-list.ts';
import type { CarriedApplication } from './carry/carry.ts';
import type { OwnPackages } from './carry/halves.ts';
import { declaredLicense } from './installed/license-texts.ts';
import type { Project } from './installed/project.ts';

/** All that an executable is made of. */
export function packageListOf(
  { manifest }: Project,
  { licensed }: Pick<CarriedApplication, 'licensed'>,
  own: OwnPackages,
): PackageList {
  const byKey = new Map<string, ListedPackage>();
  const add = (of: LicensedPackage, part: PackagePart): void => {
    const key = `${of.name}@${of.version}`;
    const parts = new Set([...(byKey.get(key)?.parts ?? []), part]);
    byKey.set(key, { ...of, parts: [...parts] });
  };
  for (const of of licensed) add(of, 'application');
  for (const of of own.packages) add(of, 'selfsame');
  const { name, version } = manifest;
  return {
    application: { name, version, license: declaredLicense(manifest) },
    node: own.node,
    packages: [...byKey].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, of]) => of),
  };
}

/**
 * Writes a list as an executable carries it. By JavaScript: what Node's own zlib and zstd make of the same bytes differs from one
 * version to another, and projects build with theirs. For hello-world 0.29 MB become 35 kB; brotli would make 19.
 */
export function writePackageList({ application, node, packages }: PackageList): Uint8Array {
  const all = [node, ...packages].flatMap((of) => of.texts);
  // Those that end alike stand together: they differ in their first lines.
  const endFirst = new Map(all.map((text) => [text.slice(-300) + text, text]));
  const texts = [...endFirst.keys()].toSorted().map((key) => endFirst.get(key) ?? '');
  const numbers = new Map(texts.map((text, number) => [text, number]));
  const stored = <P extends LicensedPackage>(of: P): StoredTexts<P> => ({
    ...of,
    texts: of.texts.flatMap((text) => numbers.get(text) ?? []),
  });
  const list: StoredPackageList = { application, node: stored(node), packages: packages.map(stored), texts };
  return deflateSync(Buffer.from(JSON.stringify(list)), { level: 9 });
}
