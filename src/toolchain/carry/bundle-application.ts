import { basename, dirname, join, relative, resolve } from 'node:path';
import { build, type BuildFailure, type BuildOptions, type Metafile, type OutputFile } from 'esbuild';
import { DeployError } from '../../shared/errors.ts';
import { carryPlugin, type BundledEntry, type CarryFindings, type CarryOptions } from './carry-plugin.ts';
import { placeDefines } from './module-text.ts';
import { packageOfFile } from './packages.ts';
import { placeIn, withPlaces } from './place-token.ts';
import { shiftedMappings, type LineShift } from './placed-map.ts';
import { slashed } from './project.ts';
import type { Layout } from './layout.ts';

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
  const first = linking === undefined ? '' : 'import "selfsame:links"; ';
  return {
    absWorkingDir: project.base,
    stdin: {
      contents: `${first}import ${JSON.stringify(entry)};`,
      resolveDir: project.base,
      sourcefile: mainName,
    },
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

/** Files of packages that ask for what is not there, by a path or by a pattern. */
function unmatchedIn(error: unknown, base: string): string[] {
  const { errors = [] } = error as Partial<BuildFailure>;
  return errors
    .filter(({ text }) => /^Could not resolve (?:(?:require|import)\(.*\*|"\.)/.test(text))
    .map(({ location }) => slashed(resolve(base, location?.file ?? '')))
    .filter((file) => packageOfFile(file) !== undefined);
}

/** True if it failed only because CommonJS cannot await at its top level. */
function needsModule(error: unknown): boolean {
  const { errors = [] } = error as Partial<BuildFailure>;
  return errors.some(
    ({ text }) =>
      (/top-level await/i.test(text) && /"cjs"/.test(text)) ||
      /^This require call is not allowed because the .* contains a top-level await/.test(text),
  );
}

/** A failed bundling as esbuild tells it, the first error first; anything else as it is. */
export function bundlingError(error: unknown, entry: string): unknown {
  const { errors = [] } = error as Partial<BuildFailure>;
  const [first, ...others] = errors.map(({ location, text, detail }) => {
    // What a plugin of ours refuses has its own words.
    if (detail instanceof DeployError) return detail.message;
    return location === null
      ? `${entry}: ${text}`
      : `${location.file}:${location.line}:${location.column + 1}: ${text}`;
  });
  if (first === undefined) return error;
  const own = errors.find(({ detail }) => detail instanceof DeployError)?.detail as DeployError | undefined;
  if (own !== undefined) return own;
  return new DeployError('bad-usage', [`Cannot bundle ${first}`, ...others].join('\n  '), {
    hint: 'Correct it, and build again.',
    cause: error,
  });
}

/** What esbuild throws for a name that a pattern does not match: Node.js has a code for it. */
const patternMiss = /(var fn = (\w+)\[(\w+)\];\s*if \(fn\) return fn\(\);\s*)throw new Error\([^\n]*\);/;
const patternRefusal =
  '$1throw Object.assign(new Error("Cannot find module \'" + $3 + "\'"), { code: String(Object.values($2)[0]).includes("Promise") ? "ERR_MODULE_NOT_FOUND" : "MODULE_NOT_FOUND" });';

/** A bundle with the places of a layout in it, and without a path of this machine: the same wherever its packages were installed. */
export function placedBundle(
  bundle: ApplicationBundle,
  layout: Layout,
  { base, sent }: { readonly base: string; readonly sent: ReadonlySet<string> },
): { code: string; map: string } {
  const shown = new Map(bundle.inputs.map((file) => [slashed(relative(base, file)), file]));
  const placeOf = (name: string): string | undefined => {
    const file = shown.get(name);
    if (file !== undefined) return placeIn(layout, file, base);
    const [, kind, path] = /^(native|kept|kept-module):(\/.*|[A-Za-z]:.*)$/.exec(name) ?? [];
    return path === undefined ? undefined : `${kind}:${placeIn(layout, path, base)}`;
  };
  // esbuild names each module in a comment, or as that of the function around it, each in a line of its own.
  const shifts = new Map<number, LineShift>();
  const named = asModules(bundle.code, sent, shown)
    .split('\n')
    .map((line, number) => {
      const [, before = '', name = '', after = ''] = moduleLine.exec(line) ?? [];
      const place = name === '' ? undefined : placeOf(name);
      if (place === undefined) return line;
      shifts.set(number, { column: before.length, by: place.length - name.length });
      return `${before}${place}${after}`;
    })
    .join('\n')
    .replace(patternMiss, patternRefusal);
  const file = bundleFileOf(bundle.entry, bundle.format);
  const map = JSON.parse(bundle.map) as { sources: string[]; mappings: string };
  // As paths in the executable's file system, which is where modules take themselves to lie.
  const from = dirname(placeIn(layout, file, base));
  const sources = map.sources.map((source) => {
    const [, kind] = /^(?:.*\/)?([a-z-]+):/.exec(source) ?? [];
    return kind ?? relative(from, placeIn(layout, slashed(resolve(dirname(file), source)), base));
  });
  return {
    code: `${withPlaces(named, layout)}\n//# sourceMappingURL=${basename(file)}.map\n`,
    map: JSON.stringify({ ...map, sources, mappings: shiftedMappings(map.mappings, shifts) }),
  };
}

const moduleLine = /^(\s*\/\/ |\s*(?:async )?")([^"\n]+)("\(.*)?$/;

/** ES modules see CommonJS as Node.js shows it to them: esbuild does so where it knows that they are, and says so by the 1. */
function asModules(text: string, sent: ReadonlySet<string>, shown: ReadonlyMap<string, string>): string {
  if (sent.size === 0) return text;
  let isSent = false;
  return text
    .split('\n')
    .map((line) => {
      const [, name = ''] = /^\s*\/\/ ([^"\n]+)$/.exec(line) ?? [];
      if (shown.has(name) || /^[a-z-]+:/.test(name)) isSent = sent.has(shown.get(name) ?? '');
      return isSent ? line.replaceAll(/\b__toESM\((require_\w+\(\)|require\("[^"]+"\))\)/g, '__toESM($1, 1)') : line;
    })
    .join('\n');
}
