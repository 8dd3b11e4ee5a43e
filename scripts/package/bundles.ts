import { build, type BuildOptions } from 'esbuild';
import { libraryOptions, root, sourceHalves } from '../../src/toolchain/bundle.ts';
import { halfFiles, libraryFile } from '../../src/toolchain/published-halves.ts';

/** Packages that the command loads from the project's node_modules: large, and used by few builds. */
export const ownDependencies = ['postject'] as const;

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
  const [halves, library, required, command, worker] = await Promise.all([
    sourceHalves().assets(),
    contentsOf(libraryOptions),
    contentsOf({
      ...forProjects,
      format: 'cjs',
      entryPoints: libraryOptions.entryPoints,
      define: { 'import.meta.url': '__selfsameUrl' },
      banner: { js: "const __selfsameUrl = require('node:url').pathToFileURL(__filename).href;" },
      // Node.js 20 lacks it, and nothing is added to the globals of an application.
      inject: ['scripts/package/with-resolvers.ts'],
    }),
    contentsOf({ ...asModule, entryPoints: ['scripts/package/command.ts'] }),
    contentsOf({ ...asModule, entryPoints: ['src/toolchain/inject/postject-worker.ts'] }),
  ]);
  const halfContents = Object.entries(halfFiles).map(([name, file]) => {
    const content = halves.get(name);
    if (content === undefined) throw new Error(`There is no half "${name}"`);
    return [file, content] as const;
  });
  return new Map([
    ['index.cjs', required],
    ['index.js', Buffer.from(wrapper)],
    ['bin/selfsame.js', Buffer.concat([Buffer.from('#!/usr/bin/env node\n'), command])],
    ['bin/postject-worker.js', worker],
    ...halfContents,
    [libraryFile, library],
  ]);
}

/** One copy of the code, however a project imports it. */
const wrapper = `import library from './index.cjs';

export const { DeployError, parseAddress, selfsame } = library;
`;

async function contentsOf(options: BuildOptions): Promise<Uint8Array> {
  const { outputFiles: [file] = [] } = await build(options);
  if (file === undefined) throw new Error('esbuild made no bundle');
  return file.contents;
}
