import { bootText } from '../app/start/start-config.ts';
import { writeBlob } from '../executable/format/blob.ts';
import { packagesAsset } from '../executable/packages/package-list.ts';
import { filesAsset, writeArchive } from '../shared/archive.ts';
import type { CarriedApplication } from './carry/carry.ts';

/** Where Node's own tool would read the main program. */
const mainPath = 'dist/main.cjs';

/**
 * The executable's file system. No code but its own: SIGUSR1 would open a debugger for whoever may send signals, and OPENSSL_CONF names native code to
 * load. An empty file takes its place; on Windows that name is one of a device, where nobody can put a file.
 *
 * And no word of what Node.js deprecates in an application's own code alone, which it cannot tell from packages in a bundle: `Buffer()`, punycode
 * and `url.parse()`. https://nodejs.org/api/deprecations.html
 */
const execArgv = [
  '--experimental-vfs',
  '--disable-sigusr1',
  '--openssl-config=//./dev/null',
  ...['DEP0005', 'DEP0040', 'DEP0169'].map((code) => `--disable-warning=${code}`),
];

/**
 * Puts an application into a blob: halves first, since they stay the same from one version to the next.
 *
 * @param packages the list of them, as {@link packagesAsset}.
 * @param halves by name.
 */
export function applicationBlob(
  { start, assets, packages }: Pick<CarriedApplication, 'start' | 'assets'> & { readonly packages: Uint8Array },
  halves: ReadonlyMap<string, Uint8Array>,
): Buffer {
  return writeBlob({
    mainPath,
    code: Buffer.from(bootText(`startApplication(${JSON.stringify(start)})`)),
    assets: [...halves, [packagesAsset, packages], [filesAsset, writeArchive(assets)]],
    execArgv,
  });
}
