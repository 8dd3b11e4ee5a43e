import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LicensedPackage } from '../../executable/packages/package-list.ts';
import type { InstalledPackage } from './packages.ts';
import type { Manifest } from './project.ts';

/** Names of files that a package's terms stand in: LICENSE, LICENCE-MIT.txt, COPYING, NOTICE, ThirdPartyNotices.md, and their like. */
const named = /^(?:(?:un)?licen[cs]es?|copying|copyright|notices?|third[-_. ]?party[-_. ]?\w*)(?:[-_. ][\w-. ]*)?$/i;
const isProgram = /\.(?:[cm]?[jt]sx?|json|ya?ml|sh|map)$/i;

const known = new Map<string, LicensedPackage>();

/** An installed package with its licences. They are read once: packages change by an install alone. */
export function licensed({ folder, name, manifest }: InstalledPackage): LicensedPackage {
  const before = known.get(folder);
  if (before !== undefined) return before;
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && named.test(entry.name) && !isProgram.test(entry.name))
    .map((entry) => entry.name)
    .toSorted()
    .map((file) => licenseText(readFileSync(join(folder, file), 'utf8')));
  const found = {
    name: manifest.name ?? name,
    version: manifest.version ?? '0.0.0',
    license: declaredLicense(manifest),
    texts: [...new Set(texts)].filter((text) => text !== ''),
  };
  known.set(folder, found);
  return found;
}

/** Line ends are no difference, nor are empty lines around: equal texts are kept once. */
export function licenseText(text: string): string {
  return text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .replaceAll(/^\s*\n|\s+$/g, '');
}

/** What a manifest declares, in the forms of today and of before. https://docs.npmjs.com/cli/configuring-npm/package-json#license */
export function declaredLicense({ license, licenses }: Manifest): string | undefined {
  const types = [license ?? licenses ?? []].flat().map((each) => (typeof each === 'string' ? each : each.type));
  const declared = types.filter((type) => typeof type === 'string' && type !== '');
  return declared.length > 1 ? `(${declared.join(' OR ')})` : declared[0];
}
