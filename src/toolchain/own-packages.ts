import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runtimes } from '../executable/runtimes/runtimes-table.ts';
import type { OwnPackages } from './carry/halves.ts';
import { declaredLicense, licensed, licenseText } from './installed/license-texts.ts';
import { packageOfFile } from './installed/packages.ts';
import { manifestIn } from './installed/project.ts';

/**
 * What the halves of a clone are made of: selfsame itself, the packages that are bundled with it, and Node.js.
 *
 * @param inputs paths of modules, relative to the root.
 */
export async function ownPackages(root: string, inputs: readonly string[]): Promise<OwnPackages> {
  const found = inputs.map((path) => packageOfFile(`${root}/${path}`)).filter((of) => of !== undefined);
  const byKey = new Map(found.map((of) => [of.key, of]));
  const { version = '', ...manifest } = manifestIn(root) ?? {};
  const textIn = async (file: string): Promise<string> => licenseText(await readFile(join(root, file), 'utf8'));
  const own = { name: 'selfsame', version, license: declaredLicense(manifest), texts: [await textIn('LICENSE')] };
  const node = {
    name: 'Node.js',
    version: runtimes['linux-x64'].package.version,
    license: 'MIT',
    // Its own, and those of all that is in it.
    texts: [await textIn('src/executable/runtimes/node-license.txt')],
  };
  return { node, packages: [own, ...[...byKey.values()].map(licensed)] };
}
