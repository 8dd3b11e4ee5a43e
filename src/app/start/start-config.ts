/** What a build says of how an application starts. All places are relative to the root of the project. */
export interface StartConfig {
  /** The bundle of the main file. */
  readonly entry: string;
  /** The module that `node FILE` would have started. */
  readonly main: string;
  /** The folder of package.json: the working directory of the application while it was developed. */
  readonly folder: string;
  /** By the place of a module that is started by its place: the bundle of it. */
  readonly modules: Readonly<Record<string, string>>;
  /**
   * By the place of a module that is carried as a file, and by what it asks for: the number of that module in the bundle. By `''` and its place a
   * module that is in the bundle as well.
   */
  readonly links: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** True if there is more than bundles. */
  readonly carries: boolean;
  /** True if a module of the application may start threads or programs. */
  readonly starts: boolean;
  /** True if files are carried that the application reads relative to its working directory. */
  readonly readsFiles: boolean;
}

/** The folder of the project in the executable's file system. */
export const projectRoot = 'app';

/** Where this room lies in the executable, as one file. */
export const startAsset = 'start.cjs';

/**
 * A program that loads this room from the executable, where nothing is mounted yet, and calls it.
 *
 * @param call of a function that `start.ts` exports.
 */
export function bootText(call: string): string {
  return `const start = new (require('node:module'))(process.execPath);
start._compile(require('node:sea').getAsset(${JSON.stringify(startAsset)}, 'utf8'), process.execPath);
start.exports.${call};
`;
}
