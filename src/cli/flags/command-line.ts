import { basename } from 'node:path';
import yargs from 'yargs';
import type { Application } from '../../app/application.ts';
import type { PlanFlags } from '../../deploy/plan/plan.ts';
import { DeployError } from '../../shared/errors.ts';
import { flags, type Flag } from '../../shared/flags.ts';
import type { OutputFormat } from '../output/requested-format.ts';

/** All flags as typed; absent ones undefined. */
export interface GivenFlags extends PlanFlags {
  readonly kubernetes?: boolean;
  readonly local?: boolean;
  readonly namespace?: string;
  readonly store?: string;
  readonly 'store-url'?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly 'runtime-source'?: string;
  readonly prices?: string;
  readonly logs?: boolean;
  readonly rm?: boolean;
  readonly 'dry-run'?: boolean;
  readonly output?: OutputFormat;
  readonly help?: boolean;
}

/**
 * Reads selfsame's own flags.
 *
 * @param words as `splitArguments` gives them.
 * @throws {DeployError} `bad-usage`
 */
export function readFlags(words: readonly string[]): GivenFlags {
  for (const word of words) refuseMisread(word);
  const parser = yargs([...words])
    .help(false)
    .version(false)
    .exitProcess(false)
    .detectLocale(false)
    .strict();
  parser.parserConfiguration({
    'camel-case-expansion': false,
    'dot-notation': false,
    'parse-numbers': false,
    'greedy-arrays': false,
  });
  for (const [name, flag] of Object.entries(flags)) parser.option(name, optionOf(flag));
  parser.fail((message, error) => {
    if (error instanceof DeployError) throw error;
    throw new DeployError('bad-usage', yargsReason(message), {
      hint: 'Run with --help to see every flag.',
      cause: error,
    });
  });
  const given = parser.parseSync();
  for (const [name, { type }] of Object.entries<Flag>(flags)) {
    if (type !== 'list' && Array.isArray(given[name])) refuse(`--${name} was given twice`, 'Give it once.');
  }
  return given as GivenFlags;
}

/** What yargs would take without a word, and not as it was meant. */
function refuseMisread(word: string): void {
  const [, name = '', value] = /^--(?:no-)?([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
  const flag = Object.entries<Flag>(flags).find(([known]) => known === name)?.[1];
  if (flag?.type === 'boolean' && value !== undefined) refuse(`--${name} takes no value`, `Pass --${name} alone.`);
  if (flag !== undefined && flag.type !== 'boolean' && (value ?? '') === '') {
    refuse(`--${name} needs a value`, `Pass --${name} ${flag.value ?? 'VALUE'}.`);
  }
  if (flag?.choices !== undefined && !flag.choices.includes(value ?? '')) {
    refuse(`Cannot use --${name} "${value ?? ''}"`, `Pass one of: ${flag.choices.join(', ')}.`);
  }
}

function refuse(message: string, hint: string): never {
  throw new DeployError('bad-usage', message, { hint });
}

/** What everybody's terminal has room for, and what is read with ease. */
export function helpWidth(): number {
  return Math.min(80, process.stdout.columns || 80);
}

/** As it was typed, or where that is long its last part: a line of `--help` has to hold it. */
export function shortName(program: string): string {
  return program.length > 24 && !program.includes(' ') ? basename(program) : program;
}

/** `--help`: the application's flags and selfsame's, apart. */
export async function helpText(app: Application, typed: string): Promise<string> {
  const program = shortName(typed);
  const parser = yargs([])
    .help(false)
    .version(false)
    .exitProcess(false)
    .detectLocale(false)
    .usageConfiguration({ 'hide-types': true })
    .wrap(helpWidth());
  parser.usage(
    [
      `${program} [options]${app.describe ? `\n\n${app.describe}.` : ''}`,
      '',
      `${program} --kubernetes [options]`,
      `${program} self COMMAND`,
    ].join('\n'),
  );
  const theirs = Object.entries(app.options ?? {});
  for (const [name, { type, describe, default: value }] of theirs) {
    parser.option(name, { type, describe: value === undefined ? describe : `${describe} (default: ${value})` });
  }
  parser.group(
    theirs.map(([name]) => name),
    `Options of ${app.name} itself:`,
  );
  for (const [name, flag] of Object.entries(flags)) parser.option(name, optionOf(flag));
  parser.group(Object.keys(flags), 'Options that deploy it:');
  parser.example([
    [program, 'serve here'],
    [`${program} --local --replicas 3`, 'the same flow on this machine'],
    [`${program} --kubernetes --replicas 5`, 'serve on the cluster'],
    [`${program} --kubernetes --dry-run`, 'what would be applied?'],
    [`${program} --version-hash`, 'what exactly is this?'],
    [`${program} self status`, 'what runs where?'],
    [`${program} self --help`, 'every command on what runs'],
  ]);
  return parser.getHelp();
}

function optionOf(flag: Flag) {
  const { type, describe, value, choices } = flag;
  return {
    describe: value === undefined ? describe : `${describe} [${value}]`,
    ...(type === 'boolean' ? { type: 'boolean' as const } : { type: 'string' as const, requiresArg: true }),
    ...(type === 'list' && { array: true }),
    ...(choices !== undefined && { choices: [...choices] }),
  };
}

/** What yargs found wrong, without its line breaks and indents. */
export function yargsReason(message: string | null): string {
  return (message ?? 'Cannot read the flags').replaceAll(/\s*\n\s*/g, ' ').trim();
}
