import type { LicensedPackage } from './package-list.ts';

/** The terms of packages for people: each text once, below the names of all packages that it is of. */
export function licensesText(packages: readonly LicensedPackage[]): string {
  const byText = Map.groupBy(packages, ({ texts }) => texts.join('\n\n'));
  const rule = '-'.repeat(80);
  const parts = [...byText].map(([text, of]) => {
    const names = of.map(({ name, version, license }) => `${name} ${version} (${license ?? 'no licence declared'})`);
    return `${names.join('\n')}\n\n${text === '' ? 'No text of a licence is in the package' : text}\n`;
  });
  return parts.join(`\n${rule}\n\n`);
}
