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

/**
 * Reads the flags of an application that reads its command line itself: words that are not in its table are left to it.
 *
 * @throws {DeployError} `bad-usage` as {@link parseOptions}, and for a slip in a flag that deploys.
 */
export function parseKnownOptions<S extends OptionSpecs>(specs: S, argv: readonly string[]): OptionsOf<S> {
  const { tokens } = parseWords(specs, argv, { strict: false });
  const known = tokens.flatMap((token) => {
    if (token.kind !== 'option') return [];
    const { name, rawName, value } = token;
    const negated = name.startsWith('no-') ? specs[name.slice(3)] : undefined;
    if (name in specs || negated?.type === 'boolean') return [value === undefined ? rawName : `--${name}=${value}`];
    const meant = nearest(name, ['kubernetes', 'local', 'version-hash']);
    if (meant === undefined) return [];
    throw new DeployError('bad-usage', `Unknown option "${rawName}"`, { hint: `Did you mean --${meant}?` });
  });
  return parseOptions(specs, known);
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
