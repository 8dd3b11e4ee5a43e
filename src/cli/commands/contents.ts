// What an executable is made of.
import { ownVersion } from '../../app/identity.ts';
import { bufferOf } from '../../executable/format/bytes.ts';
import { licensesText } from '../../executable/packages/licenses-text.ts';
import { packageListIn } from '../../executable/packages/package-list.ts';
import { sbomOf } from '../../executable/packages/sbom.ts';
import { openSelf } from '../../executable/self.ts';
import { releaseOf, versionsOf } from '../../executable/version.ts';
import type { Digest } from '../../shared/digest.ts';
import type { FlagsOf, FlagTable } from '../../shared/flag.ts';
import { flagTable } from '../../shared/flags.ts';
import type { Target } from '../../shared/target.ts';
import { command } from '../context/command.ts';
import type { Session } from '../context/session.ts';
import { dataFormat, printData } from '../output/print-data.ts';

const takes = { output: flagTable.output } as const satisfies FlagTable;

/** `self licenses`: the terms of all that is in this file. */
async function selfLicenses(_session: Session, flags: FlagsOf<typeof takes>): Promise<number> {
  const { blob } = await openSelf();
  const { node, packages } = packageListIn(await bufferOf(blob));
  const all = [node, ...packages];
  const format = dataFormat(flags.output);
  if (format === undefined) process.stdout.write(licensesText(all));
  else {
    const listed = all.map(({ name, version, license, texts }) => ({
      name,
      version,
      license,
      text: texts.join('\n\n'),
    }));
    printData({ packages: listed }, format);
  }
  return 0;
}

export const licensesCommand = command({
  name: 'licenses',
  describe: 'Print the licences of all that is in this file',
  does: 'prints the licences of all packages that are in this file, and of Node.js',
  flags: takes,
  examples: [['licenses', 'what may be done with it, and who made it?']],
  schema: 'licenses',
  run: selfLicenses,
});

/** `self sbom`: the bill of materials of this file, and of those that it deploys. */
async function selfSbom({ app: { name } }: Session): Promise<number> {
  const { target: own, blob } = await openSelf();
  const [list, versions, version] = [packageListIn(await bufferOf(blob)), await versionsOf(blob), await ownVersion()];
  const digests: Partial<Record<Target, Digest>> = { ...versions, ...(version !== undefined && { [own]: version }) };
  const files = Object.entries(digests).map(([target, digest]) => ({
    target: target as Target,
    name: `${name}-${target}${target === 'win-x64' ? '.exe' : ''}`,
    digest,
  }));
  printData(sbomOf(list, { name, release: releaseOf(versions), files }), 'json');
  return 0;
}

export const sbomCommand = command({
  name: 'sbom',
  describe: 'List what is in this file, as CycloneDX',
  does: 'prints the bill of materials of this file and of those that it deploys, as CycloneDX 1.6 in JSON',
  flags: {},
  examples: [['sbom', 'which packages are in it, of which versions?']],
  run: selfSbom,
});
