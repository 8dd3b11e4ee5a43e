import { build, type BuildOptions } from 'esbuild';
import { inputsIn, libraryOptions, root, sourceHalves, type BundledHalf } from '../../src/toolchain/bundle.ts';
import { licensesText } from '../../src/executable/packages/licenses-text.ts';
import { ownPackages } from '../../src/toolchain/own-packages.ts';
import { halfFiles, libraryFile, ownPackagesFile } from '../../src/toolchain/published-halves.ts';

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
  const [{ assets: halves, packages }, library, required, command, worker] = await Promise.all([
    sourceHalves().parts(),
    bundleOf(libraryOptions),
    bundleOf({
      ...forProjects,
      format: 'cjs',
      entryPoints: libraryOptions.entryPoints,
      define: { 'import.meta.url': '__selfsameUrl' },
      banner: { js: "const __selfsameUrl = require('node:url').pathToFileURL(__filename).href;" },
      // Node.js 20 lacks it, and nothing is added to the globals of an application.
      inject: ['scripts/package/with-resolvers.ts'],
    }),
    bundleOf({ ...asModule, entryPoints: ['scripts/package/command.ts'] }),
    bundleOf({ ...asModule, entryPoints: ['src/toolchain/inject/postject-worker.ts'] }),
  ]);
  // What is bundled around the halves, and in them.
  const own = await ownPackages(
    root,
    [library, required, command, worker].flatMap(({ inputs }) => inputs),
  );
  const listed = new Map([...own.packages, ...packages.packages].map((of) => [`${of.name}@${of.version}`, of]));
  const inOrder = [...listed].toSorted(([one], [other]) => (one < other ? -1 : 1)).map(([, of]) => of);
  const halfContents = Object.entries(halfFiles).map(([name, file]) => {
    const content = halves.get(name);
    if (content === undefined) throw new Error(`There is no half "${name}"`);
    return [file, content] as const;
  });
  return new Map([
    ['index.cjs', required.content],
    ['index.js', Buffer.from(wrapper)],
    ['bin/selfsame.js', Buffer.concat([Buffer.from('#!/usr/bin/env node\n'), command.content])],
    ['bin/postject-worker.js', worker.content],
    ...halfContents,
    [ownPackagesFile, Buffer.from(JSON.stringify(packages))],
    [libraryFile, library.content],
    ['LICENSES.txt', Buffer.from(licensesText(inOrder))],
  ]);
}

/** One copy of the code, however a project imports it. */
const wrapper = `import library from './index.cjs';

export const { DeployError, parseAddress, selfsame } = library;
`;

async function bundleOf(options: BuildOptions): Promise<BundledHalf> {
  const { outputFiles, metafile } = await build({ ...options, write: false, metafile: true });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('esbuild made no bundle');
  return { content: file.contents, inputs: inputsIn(metafile) };
}
