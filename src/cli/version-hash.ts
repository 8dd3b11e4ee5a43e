import type { Application } from '../app/application.ts';
import { ownVersion } from '../app/identity.ts';
import { openSelf } from '../executable/self.ts';
import { releaseOf, versionOf } from '../executable/version.ts';
import type { Digest } from '../shared/digest.ts';
import { DeployError } from '../shared/errors.ts';
import { flagTable } from '../shared/flags.ts';
import { parseWords } from '../shared/parse-words.ts';
import { linuxTargets, parseTarget, type LinuxTarget } from '../shared/target.ts';
import { endOnBrokenPipe } from './terminal/broken-pipe.ts';

/**
 * `--version-hash [--target T] [--output json]`: what exactly is this?
 *
 * For its own target the program hashes its own file, so a flipped bit shows; for another it hashes that target's tail
 * on top of the kept state of the prefix, and needs neither a network nor that target's runtime.
 */
export async function versionHash(app: Application, ownArgs: string[], appArgs: string[]): Promise<number> {
  endOnBrokenPipe();
  const { target: wanted, output } = read(ownArgs, appArgs);
  const self = await openSelf();
  const target = wanted === undefined ? self.target : parseTarget(wanted);
  const known = async (of: LinuxTarget): Promise<Digest> => (of === self.target ? own() : versionOf(of, self.blob));

  if (output === 'text') {
    const version = target === self.target ? await own() : await known(linuxTarget(target, self.target));
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const versions = { 'linux-arm64': await known('linux-arm64'), 'linux-x64': await known('linux-x64') };
  const version = target === self.target ? await own() : versions[linuxTarget(target, self.target)];
  const answer = {
    name: app.name,
    target,
    version,
    release: releaseOf(versions),
    targets: versions,
    node: process.versions.node,
  };
  process.stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  return 0;
}

async function own(): Promise<Digest> {
  const version = await ownVersion();
  if (version === undefined) throw new Error('openSelf() lets only executables pass');
  return version;
}

function linuxTarget(target: string, host: string): LinuxTarget {
  const found = linuxTargets.find((known) => known === target);
  if (found !== undefined) return found;
  throw new DeployError('bad-target', `Cannot tell the version for ${target} from ${host}`, {
    hint: `Ask for one of ${linuxTargets.join(', ')}, or the ${target} file itself.`,
  });
}

function read(ownArgs: string[], appArgs: string[]): { target?: string; output: 'text' | 'json' } {
  const refuse = (what: string): never => {
    throw new DeployError('bad-usage', `Cannot use ${what} together with --version-hash`, {
      hint: 'Type --version-hash alone, or with --target TARGET and --output json.',
    });
  };
  if (appArgs[0] !== undefined) refuse(`"${appArgs[0]}"`);
  const { target: targetFlag, output: outputFlag } = flagTable;
  const options = { 'version-hash': flagTable['version-hash'], target: targetFlag, output: outputFlag };
  const { values, tokens } = parseWords(options, ownArgs, { strict: false });
  for (const token of tokens) {
    if (token.kind === 'option' && !(token.name in options)) refuse(token.rawName);
  }
  const { target, output = 'text' } = values;
  if (output !== 'text' && output !== 'json') refuse(`--output ${String(output)}`);
  if (typeof target === 'boolean') refuse('--target without a target');
  return { ...(typeof target === 'string' && { target }), output: output === 'json' ? 'json' : 'text' };
}
