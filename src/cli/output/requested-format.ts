import { flagTable, splitArguments } from '../../shared/flags.ts';

export type OutputFormat = (typeof flagTable.output.choices)[number];

/**
 * The data that a command line asks for. Read before anything else is: an error in the rest is printed as data too.
 *
 * @param argv the whole command line.
 */
export function requestedFormat(argv: readonly string[]): 'json' | 'yaml' | undefined {
  // The `--output` of this command is a file.
  if (argv[0] === 'self' && argv[1] === 'rebuild') return undefined;
  const format = splitArguments(argv).ownArgs.findLast((word) => word.startsWith('--output='));
  return (['json', 'yaml'] as const).find((known) => format === `--output=${known}`);
}
