// Bundles the halves of selfsame that go into every application.
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, type BuildOptions, type BuildResult } from 'esbuild';
import { startAsset } from '../app/start/start-config.ts';
import { replaceFile, writeAll } from '../executable/format/atomic-write.ts';
import { bundlingError } from './carry/bundling-error.ts';
import { slashed } from './installed/project.ts';
import type { Halves } from './carry/halves.ts';
import { deployerPlugins } from './deployer-plugins.ts';
import { ownPackages } from './own-packages.ts';

export const root = join(import.meta.dirname, '../..');

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node26',
  format: 'cjs',
  minify: true,
  // Names show in stack traces of an application's users.
  keepNames: true,
  legalComments: 'none',
  // Some packages ask for import.meta.url, which CommonJS does not have.
  define: {
    'import.meta.url': '__selfsameUrl',
    // Nor may a variable turn on what usedAlone leaves out.
    'process.env.UNDICI_USE_MILO': 'undefined',
  },
  banner: { js: 'const __selfsameUrl = require("node:url").pathToFileURL(process.execPath).href;' },
  // ES modules shake: of hash-wasm, 18 KB stay instead of 216.
  mainFields: ['module', 'main'],
  logLevel: 'silent',
} satisfies BuildOptions;

// An image may have an older Node.js, which has to be able to say so; and it travels in a ConfigMap, so no name is kept.
const forStockImages = {
  ...common,
  target: 'node18',
  keepNames: false,
  define: {},
  banner: { js: '' },
} satisfies BuildOptions;

/** It is read at every start, and nothing of it asks for its place or is of use in a stack trace. */
const forEveryStart = { ...common, keepNames: false, define: {}, banner: { js: '' } } satisfies BuildOptions;

/** What esbuild is told to bundle an entry, a path relative to the root: the same everywhere, so that the bytes are. */
export function bundleOptions(entry: string) {
  const options = { [runnerEntry]: forStockImages, [startEntry]: forEveryStart }[entry] ?? common;
  const plugins = entry === deployerEntry ? deployerPlugins(root) : [];
  return { ...options, plugins, entryPoints: [entry], write: false, metafile: true } satisfies BuildOptions;
}

/** The entry of the half that deploys. */
export const deployerEntry = 'src/cli/deployer.ts';

/** The entry of the runner for images that have Node.js and nothing of ours. */
const runnerEntry = 'runner/stock/main.ts';

/** The entry of what an executable starts with. */
const startEntry = 'src/app/start/start.ts';

/** Every half that is an asset, with its entry, in the order of sea-config.json. */
const halfEntries = {
  'deployer.cjs': deployerEntry,
  'runner.cjs': runnerEntry,
  [startAsset]: startEntry,
} as const;

/** What carries a half that is a file as it is. */
const plainHalves = { 'runner.sh': 'runner/run.sh' } as const;

/** A bundle, and what is in it. */
export interface BundledHalf {
  readonly content: Uint8Array;
  /** Paths of modules, relative to the root. */
  readonly inputs: readonly string[];
}

/**
 * The halves of this clone, bundled from its sources.
 *
 * @param bundle makes the bundle of an entry; by default anew.
 */
export function sourceHalves(bundle: (entry: string) => Promise<BundledHalf> = bundled): Halves {
  let library: ReturnType<typeof writeLibrary> | undefined;
  const madeLibrary = async () => (library ??= writeLibrary());
  return {
    folder: root,
    library: async () => (await madeLibrary()).path,
    async parts() {
      const made = await Promise.all(
        Object.entries(halfEntries).map(async ([name, entry]) => ({ name, half: await bundle(entry) })),
      );
      const plain = Object.entries(plainHalves).map(
        async ([name, file]) => [name, await readFile(join(root, file))] as const,
      );
      const inputs = [...made.map(({ half }) => half), await madeLibrary()].flatMap((each) => each.inputs);
      return {
        assets: new Map([
          ...made.map(({ name, half }) => [name, half.content] as const),
          ...(await Promise.all(plain)),
        ]),
        packages: await ownPackages(root, inputs),
      };
    },
  };
}

/** Writes the library as the package of its name has it. */
async function writeLibrary(): Promise<{ readonly path: string; readonly inputs: readonly string[] }> {
  const folder = join(root, 'dist/library/node_modules/selfsame');
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const manifest = { name: 'selfsame', version, type: 'module' };
  await mkdir(folder, { recursive: true });
  await replaceText(join(folder, 'package.json'), JSON.stringify(manifest));
  const { outputFiles, metafile } = await build(libraryOptions);
  const [file] = outputFiles;
  if (file === undefined) throw new Error('No bundle was made of the library');
  await replaceText(join(folder, 'index.cjs'), file.text);
  return { path: slashed(join(folder, 'index.cjs')), inputs: inputsIn(metafile) };
}

/**
 * The thin half as an application imports it: one module, readable in a stack trace. Of CommonJS, which asks for modules of Node.js where they are
 * used: an ES module would load all of them at each start, 3 ms and 2.5 MB.
 */
export const libraryOptions = {
  ...common,
  minify: false,
  banner: { js: "const __selfsameUrl = require('node:url').pathToFileURL(__filename).href;" },
  entryPoints: ['src/index.ts'],
  write: false,
  metafile: true,
} satisfies BuildOptions;

async function replaceText(path: string, text: string): Promise<void> {
  await replaceFile(path, (file) => writeAll(file, Buffer.from(text)), { mode: 0o644 });
}

async function bundled(entry: string): Promise<BundledHalf> {
  try {
    return halfOf(await build(bundleOptions(entry)), entry);
  } catch (error) {
    throw bundlingError(error, entry);
  }
}

/**
 * What a bundling makes: one file.
 *
 * Of the half that deploys in ASCII, also where esbuild leaves other characters (in regular expressions): for a single one V8
 * keeps all of a source with two bytes a character, 3 MB more in every deploy. An application's own source stays as it is:
 * in a tagged template an escape is not the same as the character.
 */
export function halfOf({ outputFiles, metafile }: MadeBundle, entry: string): BundledHalf {
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`No bundle was made of ${entry}`);
  const inputs = inputsIn(metafile);
  if (entry !== deployerEntry) return { content: file.contents, inputs };
  const ascii = file.text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  return { content: Buffer.from(ascii), inputs };
}

type MadeBundle = BuildResult<{ write: false; metafile: true }>;

/** The modules of which a byte is in a bundle. */
export function inputsIn({ outputs }: MadeBundle['metafile']): string[] {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : [])),
  );
}
