import { basename } from 'node:path';
import yargs, { type Argv, type Options } from 'yargs';
import { DeployError } from '../../shared/errors.ts';
import type { Flag, FlagTable } from '../../shared/flag.ts';

/** yargs as every command line of the deploying half is read: values stay as they were typed. */
export function openParser(words: readonly string[]): Argv {
  return yargs([...words])
    .help(false)
    .version(false)
    .exitProcess(false)
    .detectLocale(false)
    .strict()
    .parserConfiguration({
      'parse-numbers': false,
      // Digits may be the start of a release.
      'parse-positional-numbers': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'greedy-arrays': false,
    })
    .usageConfiguration({ 'hide-types': true })
    .wrap(Math.min(80, process.stdout.columns || 80));
}

/** A table as yargs takes it. */
export function optionsOf(table: FlagTable): Record<string, Options> {
  return Object.fromEntries(Object.entries(table).map(([name, flag]) => [name, optionOf(flag)]));
}

function optionOf(flag: Flag): Options {
  const { type, value, choices, short, required } = flag;
  return {
    describe: value === undefined ? describeFlag(flag) : `${describeFlag(flag)} [${value}]`,
    ...(type === 'boolean' ? { type: 'boolean' as const } : { type: 'string' as const, requiresArg: true }),
    ...(type === 'list' && { array: true }),
    ...(choices !== undefined && { choices: [...choices] }),
    ...(short !== undefined && { alias: short }),
    ...(required !== undefined && { demandOption: true }),
  };
}

/** A flag in one line: what it does, and what goes without it. */
export function describeFlag({ type, describe, default: byDefault }: Flag): string {
  const repeated = type === 'list' ? '; may be repeated' : '';
  return `${describe}${repeated}${typeof byDefault === 'string' ? ` (default: ${byDefault})` : ''}`;
}

/**
 * Refuses a flag that was given more than once, which yargs makes a list of.
 *
 * @throws {DeployError} `bad-usage`
 */
export function refuseRepeated(table: FlagTable, given: Readonly<Record<string, unknown>>): void {
  for (const [name, { type }] of Object.entries(table)) {
    if (type === 'list' || !Array.isArray(given[name])) continue;
    throw new DeployError('bad-usage', `--${name} was given twice`, { hint: 'Give it once.' });
  }
}

/** What yargs found wrong, without its line breaks and indents. */
export function yargsReason(message: string | null): string {
  return (message ?? 'Cannot read the flags').replaceAll(/\s*\n\s*/g, ' ').trim();
}

/** As it was typed, or where that is long its last part: a line of `--help` has to hold it. */
export function shortName(program: string): string {
  return program.length > 24 && !program.includes(' ') ? basename(program) : program;
}
