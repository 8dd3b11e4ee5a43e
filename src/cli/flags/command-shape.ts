import type { FlagTable } from '../../shared/flag.ts';

/** The words that are typed, and what they do. */
export type Example = readonly [words: string, what: string];

/** What help, completion and the reference know of a command behind `self`. */
export interface CommandShape {
  readonly name: string;
  /** One line for `--help`. */
  readonly describe: string;
  /** What it does, as Markdown, for the README and the reference. */
  readonly does: string;
  /** What follows the name in the README, where that is more than the positional words. */
  readonly usage?: string;
  /** Words without a name that may follow, in their order. */
  readonly positionals: FlagTable;
  readonly flags: FlagTable;
  /** It reads the command line of a deploy: the flags of the program, and the application's. */
  readonly takesDeployFlags?: true;
  /** Its first example stands under `self --help`. */
  readonly isCommon?: true;
  readonly examples: readonly Example[];
  /** The schema of what `--output json` prints: schema/NAME.schema.json. */
  readonly schema?: string;
}

/** How a command is typed after `self`: `rollback [release]`, `scale <replicas>`. */
export function commandWords({ name, positionals }: CommandShape): string {
  const words = Object.entries(positionals).map(([word, { required }]) =>
    required === undefined ? `[${word}]` : `<${word}>`,
  );
  return [name, ...words].join(' ');
}
