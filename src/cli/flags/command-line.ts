import type { Application } from '../../app/application.ts';
import { DeployError } from '../../shared/errors.ts';
import type { Flag, FlagsOf } from '../../shared/flag.ts';
import { flagIn, flagTable } from '../../shared/flags.ts';
import { openParser, optionsOf, refuseRepeated, shortName, yargsReason } from './parser.ts';
import { usages } from './usages.ts';

/** All flags as typed; absent ones undefined. */
export type GivenFlags = FlagsOf<typeof flagTable>;

/**
 * Reads selfsame's own flags.
 *
 * @param words as `splitArguments` gives them.
 * @throws {DeployError} `bad-usage`
 */
export function readFlags(words: readonly string[]): GivenFlags {
  for (const word of words) refuseMisread(word);
  const parser = openParser(words).options(optionsOf(flagTable));
  parser.fail((message, error) => {
    if (error instanceof DeployError) throw error;
    throw new DeployError('bad-usage', yargsReason(message), {
      hint: 'Run with --help to see every flag.',
      cause: error,
    });
  });
  const given = parser.parseSync();
  refuseRepeated(flagTable, given);
  return given;
}

/** What yargs would take without a word, and not as it was meant. */
function refuseMisread(word: string): void {
  const { name, value } = flagIn(word) ?? {};
  if (name === undefined) return;
  const { type, value: placeholder = 'VALUE', choices }: Flag = flagTable[name];
  if (type === 'boolean' && value !== undefined) refuse(`--${name} takes no value`, `Pass --${name} alone.`);
  if (type !== 'boolean' && (value ?? '') === '') refuse(`--${name} needs a value`, `Pass --${name} ${placeholder}.`);
  if (choices !== undefined && !choices.includes(value ?? '')) {
    refuse(`Cannot use --${name} "${value ?? ''}"`, `Pass one of: ${choices.join(', ')}.`);
  }
}

function refuse(message: string, hint: string): never {
  throw new DeployError('bad-usage', message, { hint });
}

/** `--help`: the application's flags and selfsame's, apart. */
export async function helpText(app: Application, typed: string): Promise<string> {
  const program = shortName(typed);
  const parser = openParser([]).usage(
    [
      `${program} [options]${app.describe ? `\n\n${app.describe}.` : ''}`,
      '',
      `${program} --kubernetes [options]`,
      `${program} self COMMAND`,
    ].join('\n'),
  );
  const appOptions = Object.entries(app.options ?? {});
  for (const [name, { type, describe, default: value }] of appOptions) {
    parser.option(name, { type, describe: value === undefined ? describe : `${describe} (default: ${value})` });
  }
  parser.group(
    appOptions.map(([name]) => name),
    `Options of ${app.name} itself:`,
  );
  // Its letter is not shown here: it would move every other flag to the right.
  const { short: _short, ...help } = flagTable.help;
  parser.options(optionsOf({ ...flagTable, help }));
  parser.group(Object.keys(flagTable), 'Options that deploy it:');
  const examples = usages.flatMap(({ examples: own = [] }) => own);
  parser.example(examples.map(([words, what]) => [`${program} ${words}`.trim(), what]));
  return parser.getHelp();
}
