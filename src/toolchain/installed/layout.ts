import type { InstalledPackage } from './packages.ts';

/** Where each package lies in the executable, relative to the root of the project: the first place of each is the one that its modules know. */
export type Layout = ReadonlyMap<string, readonly string[]>;

/** Who asks for which package, by which name. */
export interface Dependant {
  /** A folder of the project, relative to its root (`''` is the root); or the key of a package. */
  readonly by: { readonly folder: string } | { readonly key: string };
  readonly needs: ReadonlyMap<string, InstalledPackage>;
}

/**
 * Lays packages out so that Node.js finds the right version of each from everywhere, without links: a function of names, versions and who needs
 * what, so that it is the same for each package manager. One version of a name lies at the top, the others below those that need them.
 */
export function layOut(packages: Iterable<InstalledPackage>, dependants: readonly Dependant[]): Layout {
  const byKey = new Map([...packages].map((each) => [each.key, each]));
  const needsOf = new Map<string, ReadonlyMap<string, InstalledPackage>>();
  const folders: { folder: string; needs: ReadonlyMap<string, InstalledPackage> }[] = [];
  for (const { by, needs } of dependants) {
    if ('key' in by) needsOf.set(by.key, needs);
    else folders.push({ folder: by.folder, needs });
  }
  folders.sort((one, other) => (one.folder < other.folder ? -1 : 1));

  const at = new Map<string, string>();
  const places = new Map<string, string[]>();
  const put = (place: string, key: string): void => {
    at.set(place, key);
    places.set(key, [...(places.get(key) ?? []), place]);
  };
  const waiting: { place: string; key: string }[] = [];
  const ordered = [...byKey.values()].toSorted((one, other) => compareKeys(other.key, one.key));
  const direct = new Set(folders.flatMap(({ needs }) => [...needs.values()].map(({ key }) => key)));
  // What the project itself asks for lies at the top, else the newest.
  for (const { key, name } of [...ordered.filter(({ key: own }) => direct.has(own)), ...ordered]) {
    const place = `node_modules/${name}`;
    if (at.has(place)) continue;
    put(place, key);
    waiting.push({ place, key });
  }
  waiting.sort((one, other) => (one.place < other.place ? -1 : 1));
  const settle = (from: string, needs: ReadonlyMap<string, InstalledPackage>): void => {
    for (const [name, { key }] of [...needs].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
      if (!byKey.has(key) || foundFrom(from, name, at) === key) continue;
      const place = `${from === '' ? '' : `${from}/`}node_modules/${name}`;
      put(place, key);
      waiting.push({ place, key });
    }
  };
  for (const { folder, needs } of folders) settle(folder, needs);
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    settle(next.place, needsOf.get(next.key) ?? new Map());
  }
  return places;
}

function foundFrom(folder: string, name: string, at: ReadonlyMap<string, string>): string | undefined {
  for (let from = folder; ; from = from.slice(0, Math.max(0, from.lastIndexOf('/')))) {
    const found = at.get(`${from === '' ? '' : `${from}/`}node_modules/${name}`);
    if (found !== undefined || from === '') return found;
  }
}

/** By name, then by version: numbers as numbers, a prerelease before its release. */
function compareKeys(one: string, other: string): number {
  const parts = (key: string): string[] => key.replace(/^(@?[^@]+)@(\d+\.\d+\.\d+)$/, '$1@$2~').split(/([0-9]+)/);
  const [a, b] = [parts(one), parts(other)];
  for (let at = 0; at < Math.max(a.length, b.length); at += 1) {
    const [left = '', right = ''] = [a[at], b[at]];
    if (left === right) continue;
    if (at % 2 === 1) return Number(left) - Number(right);
    return left < right ? -1 : 1;
  }
  return 0;
}
