import type { Options } from 'yargs';

declare module 'yargs' {
  interface Argv<T> {
    /** In yargs since 17.7, missing in its types. */
    usageConfiguration(configuration: { 'hide-types': NonNullable<Options['boolean']> }): Argv<T>;
  }
}
