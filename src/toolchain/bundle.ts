// Makes the blob of an application: main, the deploying half and the runner bundled, put together as sea-config.json says.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { build, type BuildFailure, type BuildOptions, type OutputFile, type Plugin } from 'esbuild';
import { writeBlob } from '../executable/format/blob.ts';
import { DeployError } from '../shared/errors.ts';

export const root = join(import.meta.dirname, '../..');

/** The part of Node's SEA configuration that we use; Node's own tool makes the same bytes of it. */
interface SeaConfig {
  readonly main: string;
  readonly output: string;
  readonly assets: Readonly<Record<string, string>>;
}

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
  define: { 'import.meta.url': '__selfsameUrl' },
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

/**
 * Leaves out of the Kubernetes client what no kubeconfig needs: a class for every object and every call of the API, 500 KB of source
 * in 700 files that would be run at each start of the deploying half. The package cannot be shaken, since it does not say that its
 * modules do nothing by themselves.
 */
const kubeConfigAlone: Plugin = {
  name: 'kubeconfig-alone',
  setup(bundling) {
    const client = '@kubernetes/client-node';
    bundling.onResolve({ filter: new RegExp(`^${client}$`) }, async ({ kind, resolveDir }) =>
      bundling.resolve(`${client}/dist/config.js`, { kind, resolveDir }),
    );
    bundling.onResolve({ filter: /^\.\/gen\/index\.js$/ }, ({ resolveDir }) => ({
      path: resolveDir,
      namespace: client,
    }));
    bundling.onLoad({ filter: /^/, namespace: client }, ({ path }) => ({
      resolveDir: path,
      contents: `export { createConfiguration } from './gen/configuration.js';
        export { ServerConfiguration } from './gen/servers.js';`,
    }));
  },
};

/** What esbuild is told to bundle an entry, a path relative to the root: the same everywhere, so that the bytes are. */
export function bundleOptions(entry: string) {
  const options = entry === runnerEntry ? forStockImages : common;
  const plugins = entry === deployerEntry ? [kubeConfigAlone] : [];
  return { ...options, plugins, entryPoints: [entry], write: false } satisfies BuildOptions;
}

/** The entry of the half that deploys. */
export const deployerEntry = 'src/cli/deployer.ts';

/** The entry of the runner for images that have Node.js and nothing of ours. */
export const runnerEntry = 'runner/stock/main.ts';

/** The bundles of an application. */
export interface Bundles {
  readonly code: Uint8Array;
  readonly deploying: Uint8Array;
  readonly runner: Uint8Array;
}

/**
 * Bundles an application and writes its blob beside the bundles in dist/.
 *
 * @param entry the application's main file, relative to the root.
 * @returns the blob's bytes: the same on every machine.
 */
export async function buildBlob(entry = 'src/hello-world.ts'): Promise<Uint8Array> {
  const config = await seaConfig();
  const [code, deploying, runner] = await Promise.all([bundled(entry), bundled(deployerEntry), bundled(runnerEntry)]);
  const blob = await assembleBlob({ code, deploying, runner });

  // Kept for a look, and for Node's own tool; never read back, since another build may run beside this one.
  for (const [file, bytes] of [
    [config.main, code],
    [fileOf('deployer.cjs', config), deploying],
    [fileOf('runner.cjs', config), runner],
    [config.output, blob],
  ] as const) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), bytes);
  }
  return blob;
}

/** Puts a blob together as sea-config.json says. */
export async function assembleBlob({ code, deploying, runner }: Bundles): Promise<Uint8Array> {
  const config = await seaConfig();
  const made = new Map([
    ['deployer.cjs', deploying],
    ['runner.cjs', runner],
  ]);
  const assets = await Promise.all(
    Object.entries(config.assets).map(async ([name, file]) => {
      return [name, made.get(name) ?? (await readFile(join(root, file)))] as const;
    }),
  );
  return writeBlob({ mainPath: config.main, code, assets: new Map(assets) });
}

async function seaConfig(): Promise<SeaConfig> {
  return JSON.parse(await readFile(join(root, 'sea-config.json'), 'utf8')) as SeaConfig;
}

function fileOf(asset: string, { assets }: SeaConfig): string {
  return assets[asset] ?? '';
}

/** @returns what stands in the one file that a bundling makes. */
async function bundled(entry: string): Promise<Uint8Array> {
  try {
    const { outputFiles } = await build(bundleOptions(entry));
    return onlyFile(outputFiles, entry);
  } catch (error) {
    throw bundlingError(error, entry);
  }
}

/**
 * The content of the one file that a bundling makes.
 *
 * Of the half that deploys in ASCII, also where esbuild leaves other characters (in regular expressions): for a single one V8
 * keeps all of a source with two bytes a character, 3 MB more in every deploy. An application's own source stays as it is:
 * in a tagged template an escape is not the same as the character.
 */
export function onlyFile([file]: readonly OutputFile[], entry: string): Uint8Array {
  if (file === undefined) throw new Error(`No bundle was made of ${entry}`);
  if (entry !== deployerEntry) return file.contents;
  return Buffer.from(
    file.text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  );
}

/** A failed bundling in one line that names the file and the line; anything else as it is. */
export function bundlingError(error: unknown, entry: string): unknown {
  const [first] = (error as Partial<BuildFailure>).errors ?? [];
  if (first === undefined) return error;
  const { location, text } = first;
  const where = location === null ? entry : `${location.file}:${location.line}`;
  return new DeployError('bad-usage', `Cannot bundle ${where}: ${text}`, {
    hint: text.includes('Top-level await')
      ? 'Write `void selfsame(...)` there, without await.'
      : 'Mend it, and build again.',
    cause: error,
  });
}
