import { parseArgs } from 'node:util';

/** What `node:util` has to know of a flag. */
interface WordSpec {
  readonly type: 'boolean' | 'string' | 'number' | 'list';
  readonly short?: string;
}

interface ParseOptions {
  /** Throws for what is not in the table, and takes `--no-NAME` for a switch; else every word is among the tokens. */
  readonly strict: boolean;
  /** Takes words that are no options; a switch has no other form then. */
  readonly hasOperands?: boolean;
}

/** Reads a command line where the deploy code, and yargs with it, is not loaded. */
export function parseWords(
  specs: Readonly<Record<string, WordSpec>>,
  words: readonly string[],
  { strict, hasOperands = false }: ParseOptions,
): ReturnType<typeof parseArgs<{ strict: false; tokens: true }>> {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { type, short }]) => [
      name,
      { type: type === 'boolean' ? ('boolean' as const) : ('string' as const), ...(short !== undefined && { short }) },
    ]),
  );
  const allowed = { allowNegative: strict && !hasOperands, ...(hasOperands && { allowPositionals: true }) };
  return parseArgs({ args: [...words], options, strict, ...allowed, tokens: true });
}
