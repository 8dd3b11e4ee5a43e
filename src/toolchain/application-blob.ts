import { startAsset } from '../app/start/start-config.ts';
import { writeBlob } from '../executable/format/blob.ts';
import type { CarriedApplication } from './carry/carry.ts';

/** Where Node's own tool would read the main program: its last part names it in the executable. */
const mainPath = 'dist/main.cjs';

/**
 * The file system in threads; and no word of what Node.js deprecates in an application's own code alone, which it cannot tell from packages in a bundle:
 * `Buffer()`, punycode and `url.parse()`. https://nodejs.org/api/deprecations.html
 */
const execArgv = [
  '--experimental-vfs',
  ...['DEP0005', 'DEP0040', 'DEP0169'].map((code) => `--disable-warning=${code}`),
];

/**
 * Puts an application into a blob, as Node's own tool does with `"useVfs": true`: halves first, since they stay the same from one version to the next.
 *
 * @param halves by name.
 */
export function applicationBlob(
  { start, assets }: Pick<CarriedApplication, 'start' | 'assets'>,
  halves: ReadonlyMap<string, Uint8Array>,
): Buffer {
  return writeBlob({
    mainPath,
    code: Buffer.from(`require('./${startAsset}').startApplication(__dirname, ${JSON.stringify(start)});\n`),
    assets: [...halves, ...assets],
    useVfs: true,
    execArgv,
  });
}
