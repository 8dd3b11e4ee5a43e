import { DeployError } from '../shared/errors.ts';
import { ourFlagNames } from '../shared/flags.ts';
import { nearest } from '../shared/nearest.ts';
import { parseWords } from '../shared/parse-words.ts';

/** One flag of the application. */
export type OptionSpec = (
  | { readonly type: 'string'; readonly default?: string }
  | { readonly type: 'number'; readonly default?: number }
  | { readonly type: 'boolean'; readonly default?: boolean }
) & {
  /** One line for `--help`. */
  readonly describe: string;
};

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

type ValueOf<S extends OptionSpec> = S['type'] extends 'number'
  ? number
  : S['type'] extends 'boolean'
    ? boolean
    : string;

/** What the application gets: always there where a default is, or a boolean; else perhaps undefined. */
export type OptionsOf<S extends OptionSpecs> = {
  readonly [K in keyof S]: S[K] extends { default: string | number | boolean } | { type: 'boolean' }
    ? ValueOf<S[K]>
    : ValueOf<S[K]> | undefined;
};

/**
 * Reads the application's own flags.
 *
 * @param argv e.g. `['--http', ':8080']`
 * @throws {DeployError} `bad-usage` for an unknown flag, a missing value, or a number that is none.
 */
export function parseOptions<S extends OptionSpecs>(specs: S, argv: readonly string[]): OptionsOf<S> {
  const names = Object.keys(specs);
  const { values } = parsed(specs, argv);
  const read = names.map((name) => [name, valueOf(name, specs[name], values[name])] as const);
  return Object.fromEntries(read) as OptionsOf<S>;
}

function parsed(specs: OptionSpecs, argv: readonly string[]) {
  try {
    return parseWords(specs, argv, { strict: true });
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    if (!code.startsWith('ERR_PARSE_ARGS')) throw error;
    const [reason = ''] = message.split(/\.\s/);
    const [, unknown] = /^Unknown option '--(.+?)'/.exec(reason) ?? [];
    const meant = unknown === undefined ? undefined : nearest(unknown, [...Object.keys(specs), ...ourFlagNames]);
    throw new DeployError('bad-usage', reason.replaceAll("'", '"'), {
      hint: `${meant === undefined ? '' : `Did you mean --${meant}? `}Run with --help to see every flag.`,
      cause: error,
    });
  }
}

function valueOf(name: string, spec: OptionSpec | undefined, given: string | boolean | undefined) {
  if (given === undefined) return spec?.default ?? (spec?.type === 'boolean' ? false : undefined);
  if (spec?.type !== 'number') return given;
  const number = Number(given);
  if (String(given).trim() === '' || !Number.isFinite(number)) {
    throw new DeployError('bad-usage', `Cannot read --${name} "${String(given)}" as a number`, {
      hint: `Pass a number, for example --${name} ${spec.default ?? 1}.`,
    });
  }
  return number;
}
