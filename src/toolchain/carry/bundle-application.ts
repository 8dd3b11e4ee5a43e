import { basename, dirname, join, resolve } from 'node:path';
import { build, type BuildOptions, type Metafile, type OutputFile } from 'esbuild';
import { bundlingError, needsModule, unmatchedIn } from './bundling-error.ts';
import { carryPlugin, type BundledEntry, type CarryFindings, type CarryOptions } from './carry-plugin.ts';
import { placeDefines } from './module-text.ts';
import { slashed } from '../installed/project.ts';

/** One bundle of an application: of its main file, or of a module that runs in a thread or process of its own. */
export interface ApplicationBundle {
  readonly entry: string;
  /** An ES module only where something awaits at its top level: Node.js starts CommonJS 45 ms sooner. */
  readonly format: 'cjs' | 'esm';
  readonly code: string;
  readonly map: string;
  /** Absolute paths of all that is in it. */
  readonly inputs: readonly string[];
}

/** A module of ours that imports the entry. */
const mainName = 'selfsame:main';

/** What esbuild is told of an application: Node's own rules for finding modules, and code that is as its authors wrote it. */
function optionsFor({ project }: CarryOptions, { entry, linking }: BundledEntry, format: 'cjs' | 'esm'): BuildOptions {
  return {
    absWorkingDir: project.base,
    // By itself it keeps its exports, which whoever started it may ask for.
    ...(linking === undefined
      ? { entryPoints: [entry] }
      : {
          stdin: {
            contents: `import "selfsame:links"; import ${JSON.stringify(entry)};`,
            resolveDir: project.base,
            sourcefile: mainName,
          },
        }),
    outfile: bundleFileOf(entry, format),
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node26',
    format,
    conditions: ['node-addons', 'module-sync'],
    mainFields: ['main', 'module'],
    // Names show in stack traces, and some frameworks find classes by them.
    keepNames: true,
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
    logLevel: 'silent',
    define: placeDefines,
    banner: { js: format === 'esm' ? esmBanner : '' },
    loader: {
      '.wasm': 'copy',
      '.sh': 'empty',
      '.md': 'empty',
      '.map': 'empty',
      '.css': 'empty',
      '.html': 'text',
      '.txt': 'text',
    },
  };
}

const esmBanner =
  'import { createRequire as __selfsameCreateRequire } from "node:module"; const require = __selfsameCreateRequire(import.meta.filename);';

/** Where a bundle lies: beside its entry, so that what is found from there is found. */
export function bundleFileOf(entry: string, format: 'cjs' | 'esm'): string {
  const name = basename(entry).replace(/\.[cm]?[jt]sx?$/, '');
  return join(dirname(entry), `${name}.bundle.${format === 'cjs' ? 'cjs' : 'mjs'}`);
}

/**
 * Bundles one entry.
 *
 * @throws {DeployError} `bad-usage` with the file, the line and the column, in the words of esbuild.
 */
export async function bundleEntry(
  { entry, linking }: BundledEntry,
  options: CarryOptions,
  findings: CarryFindings,
): Promise<ApplicationBundle> {
  let format: ApplicationBundle['format'] = 'cjs';
  for (;;) {
    const known = findings.renaming.size;
    try {
      const bundle = await bundledAs(format, { entry, linking }, options, findings);
      // What was bundled before that was seen is to be kept whole.
      if (findings.renaming.size === known) return bundle;
    } catch (error) {
      const unmatched = unmatchedIn(error, options.project.base).filter((file) => !findings.unmatched.has(file));
      for (const file of unmatched) findings.unmatched.add(file);
      const isModule = format === 'cjs' && needsModule(error);
      if (isModule) format = 'esm';
      if (!isModule && unmatched.length === 0) throw bundlingError(error, entry);
    }
  }
}

async function bundledAs(
  format: 'cjs' | 'esm',
  bundled: BundledEntry,
  options: CarryOptions,
  findings: CarryFindings,
): Promise<ApplicationBundle> {
  const { entry } = bundled;
  const { outputFiles = [], metafile } = await build({
    ...optionsFor(options, bundled, format),
    plugins: [carryPlugin({ ...options, ...bundled }, findings)],
  });
  return {
    entry,
    format,
    code: textOf(outputFiles, /\.[cm]js$/),
    map: textOf(outputFiles, /\.map$/),
    inputs: inputsOf(metafile, options.project.base),
  };
}

function textOf(files: readonly OutputFile[], name: RegExp): string {
  const file = files.find(({ path }) => name.test(path));
  if (file === undefined) throw new Error(`esbuild made no file like ${name.source}`);
  return file.text;
}

function inputsOf(metafile: Metafile | undefined, base: string): string[] {
  return Object.keys(metafile?.inputs ?? {})
    .filter((path) => !/^[a-z-]+:/.test(path))
    .map((path) => slashed(resolve(base, path)))
    .toSorted();
}
