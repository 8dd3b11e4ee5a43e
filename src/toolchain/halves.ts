import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What every application's blob carries beside the application, and what the application imports as `selfsame`. */
export interface Halves {
  /** The deploying half, a CommonJS bundle. */
  readonly deployer: Uint8Array;
  /** The runner for stock images of Node.js, a CommonJS bundle. */
  readonly runner: Uint8Array;
  /** The runner for images of ours, a shell script. */
  readonly runnerScript: Uint8Array;
  /** Path of the thin half, a module: what an import of 'selfsame' becomes in an executable. */
  readonly library: string;
}

/** The names of the files below `halves/` in the npm package. */
export const halfFiles = {
  deployer: 'deployer.cjs',
  runner: 'runner.cjs',
  runnerScript: 'runner.sh',
  library: 'library.cjs',
} as const satisfies Record<keyof Halves, string>;

/** @param folder of the installed package. */
export async function publishedHalves(folder: string): Promise<Halves> {
  const pathOf = (half: keyof Halves): string => join(folder, 'halves', halfFiles[half]);
  const [deployer, runner, runnerScript] = await Promise.all([
    readFile(pathOf('deployer')),
    readFile(pathOf('runner')),
    readFile(pathOf('runnerScript')),
  ]);
  return { deployer, runner, runnerScript, library: pathOf('library') };
}
