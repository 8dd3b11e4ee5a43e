/** A flag: everything that reading, help, completion and the reference know of it. A value is the next word, or follows `=`. */
export interface Flag {
  /** A `list` may be repeated. */
  readonly type: 'boolean' | 'string' | 'list';
  /** For `--help`, without the default. */
  readonly describe: string;
  /** What stands for the value in `--help`. */
  readonly value?: string;
  /** In words, for `--help`; true for a switch that `--no-NAME` turns off. */
  readonly default?: string | true;
  /** Nothing else is a value. */
  readonly choices?: readonly string[];
  /** What a shell completes the value with, where that is not `choices`. */
  readonly completes?: 'file' | 'context' | readonly string[];
  /** A letter that stands for it, as in `-o FILE`. */
  readonly short?: string;
  /** The command does nothing without it. */
  readonly required?: true;
  /** `--local` obeys it. */
  readonly local?: true;
  /** The variable that is read where the flag is not given. */
  readonly variable?: string;
  /** Further sentences for the reference. */
  readonly details?: string;
}

export type FlagTable = Readonly<Record<string, Flag>>;

type ValueOf<F extends Flag> = F['type'] extends 'boolean'
  ? boolean
  : F['type'] extends 'list'
    ? readonly string[]
    : F extends { choices: readonly (infer Choice)[] }
      ? Choice
      : string;

type RequiredIn<T extends FlagTable> = { [K in keyof T]: T[K] extends { required: true } ? K : never }[keyof T];

/** The values of flags as typed on a command line; undefined where one is not given. */
export type FlagsOf<T extends FlagTable> = {
  readonly [K in RequiredIn<T>]: ValueOf<T[K]>;
} & { readonly [K in Exclude<keyof T, RequiredIn<T>>]?: ValueOf<T[K]> | undefined };
