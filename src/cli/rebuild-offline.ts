import { rebuildOffline } from '../executable/rebuild-offline.ts';
import { openExecutable, openSelf } from '../executable/self.ts';
import { parseWords } from '../shared/parse-words.ts';
import { linuxTargets } from '../shared/target.ts';
import { rebuildFlags } from './flags/rebuild-flags.ts';
import { endOnBrokenPipe } from './terminal/broken-pipe.ts';
import { untilSignal } from './terminal/signals.ts';

/**
 * `self rebuild` as it mostly is, flags as they should be and the prefix in the cache: without the deploying half, which
 * takes longer to load than an executable to write.
 *
 * @param words what follows `self rebuild`.
 * @returns the exit status; undefined if the deploying half is needed: to fetch a runtime, or to say what is wrong with a flag.
 */
export async function rebuildWithoutDeployer(words: readonly string[]): Promise<number | undefined> {
  const flags = read(words);
  if (flags === undefined) return undefined;
  const { target, output, from } = flags;
  const { signal, endedStatus, end } = untilSignal();
  endOnBrokenPipe();
  try {
    const origin = from === undefined ? await openSelf() : await openExecutable(from);
    const version = await rebuildOffline(target, { from: origin, output, signal });
    if (version === undefined) return undefined;
    process.stdout.write(`${version}  ${output}\n`);
    return 0;
  } catch (error) {
    if (signal.aborted) return endedStatus();
    throw error;
  } finally {
    end();
  }
}

function read(words: readonly string[]) {
  // A source of runtimes is for what has to be fetched.
  const { 'runtime-source': _source, ...options } = rebuildFlags;
  const { values, tokens } = parseWords(options, words, { strict: false });
  const isPlain = tokens.every(
    (token) => token.kind === 'option' && token.name in options && (token.value ?? '') !== '',
  );
  const isOnce = new Set(tokens.map((token) => token.kind === 'option' && token.name)).size === tokens.length;
  const { output, from, target: wanted } = values;
  const target = linuxTargets.find((known) => known === wanted);
  if (
    !isPlain ||
    !isOnce ||
    target === undefined ||
    typeof output !== 'string' ||
    (from !== undefined && typeof from !== 'string')
  ) {
    return undefined;
  }
  return { target, output, from };
}
