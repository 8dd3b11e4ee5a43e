import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type BuildOptions } from 'esbuild';
import { bundleOptions, deployerEntry, onlyFile, root, runnerEntry } from '../../src/toolchain/bundle.ts';
import { halfFiles } from '../../src/toolchain/halves.ts';

/** Packages that the command loads from the project's node_modules: large, and used by few builds. */
export const ownDependencies = ['postject'] as const;

/** The entry of an application's thin half. */
const libraryEntry = 'src/index.ts';

// The project's own Node.js runs these.
const forProjects = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  mainFields: ['module', 'main'],
  // Whitespace stays: a stack trace of a user's tests names a line that can be read.
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'silent',
  write: false,
} satisfies BuildOptions;

const asModule = {
  ...forProjects,
  format: 'esm',
  external: [...ownDependencies],
  banner: {
    js: "import { createRequire as __selfsameRequire } from 'node:module';\nconst require = __selfsameRequire(import.meta.url);",
  },
} satisfies BuildOptions;

/** The code of the npm package: paths and contents. The halves are the very bytes that the clone puts into executables. */
export async function packageCode(): Promise<ReadonlyMap<string, Uint8Array>> {
  const [deployer, runner, library, required, command, worker] = await Promise.all([
    half(deployerEntry),
    half(runnerEntry),
    half(libraryEntry),
    contentsOf({
      ...forProjects,
      format: 'cjs',
      entryPoints: [libraryEntry],
      define: { 'import.meta.url': '__selfsameUrl' },
      banner: { js: "const __selfsameUrl = require('node:url').pathToFileURL(__filename).href;" },
      // Node.js 20 lacks it, and nothing is added to the globals of an application.
      inject: ['scripts/package/with-resolvers.ts'],
    }),
    contentsOf({ ...asModule, entryPoints: ['scripts/package/command.ts'] }),
    contentsOf({ ...asModule, entryPoints: ['src/toolchain/inject/postject-worker.ts'] }),
  ]);
  return new Map([
    ['index.cjs', required],
    ['index.js', Buffer.from(wrapper)],
    ['bin/selfsame.js', Buffer.concat([Buffer.from('#!/usr/bin/env node\n'), command])],
    ['bin/postject-worker.js', worker],
    [`halves/${halfFiles.deployer}`, deployer],
    [`halves/${halfFiles.runner}`, runner],
    [`halves/${halfFiles.runnerScript}`, await readFile(join(root, 'runner/run.sh'))],
    [`halves/${halfFiles.library}`, library],
  ]);
}

/** One copy of the code, however a project imports it. */
const wrapper = `import library from './index.cjs';

export const { DeployError, parseAddress, selfsame } = library;
`;

async function half(entry: string): Promise<Uint8Array> {
  const { outputFiles } = await build(bundleOptions(entry));
  return onlyFile(outputFiles, entry);
}

async function contentsOf(options: BuildOptions): Promise<Uint8Array> {
  const { outputFiles: [file] = [] } = await build(options);
  if (file === undefined) throw new Error('esbuild made no bundle');
  return file.contents;
}
