export type OutputFormat = 'text' | 'json' | 'yaml';

/** Commands whose `--output` is a file. */
const writers: ReadonlySet<string> = new Set(['rebuild', 'embed']);

/**
 * The data that a command line asks for. Read before anything else is: whatever is wrong with the rest is told as data too.
 *
 * @param argv the whole command line.
 */
export function requestedFormat(argv: readonly string[]): 'json' | 'yaml' | undefined {
  if (argv[0] === 'self' && writers.has(argv[1] ?? '')) return undefined;
  const end = argv.indexOf('--');
  const ours = end < 0 ? argv : argv.slice(0, end);
  const asked = ours.flatMap((word, at) => {
    if (word === '--output') return ours[at + 1] ?? [];
    return word.startsWith('--output=') ? word.slice('--output='.length) : [];
  });
  const format = asked.at(-1);
  return format === 'json' || format === 'yaml' ? format : undefined;
}
