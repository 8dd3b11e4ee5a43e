// The ways to make one executable file of an application that the benchmark compares.
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { packageCode } from '../../scripts/package/bundles.ts';
import { publishedManifest } from '../../scripts/package/manifest.ts';
import { fetchPackage } from '../../src/toolchain/installed/fetch-package.ts';
import { esbuildFile } from './esbuild.ts';
import { runTool } from './run-tool.ts';

/** An application as a packer finds it. */
export interface PackedProject {
  readonly path: string;
  /** What listens, relative to the project: as bun takes it, and as esbuild does, which knows no types of decorated classes. */
  readonly entry: string;
  readonly compiledEntry: string;
  /** Packages that it asks for and that are not installed: bundlers want to be told. */
  readonly optional: readonly string[];
  /** True if it awaits at its top, which only an ES module may. */
  readonly isModule: boolean;
}

export interface Packer {
  readonly name: string;
  /** Makes the executable as its user would, by a command. @throws {Error} with what that said. */
  readonly build: (project: PackedProject, output: string) => Promise<void>;
}

export interface PackersOptions {
  /** To write into. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

/** The version of bun that we compare with, from npm. */
const bunVersion = '1.4.5';

/** `selfsame build` by the npm package, as a project has it. */
export async function selfsamePacker({ folder, signal }: PackersOptions): Promise<Packer & { library: string }> {
  const home = join(folder, 'selfsame');
  const manifest = Buffer.from(JSON.stringify(await publishedManifest()));
  for (const [path, contents] of [...(await packageCode()), ['package.json', manifest] as const]) {
    await mkdir(dirname(join(home, path)), { recursive: true });
    await writeFile(join(home, path), contents);
  }
  const command = [process.execPath, join(home, 'bin/selfsame.js'), 'build', 'src/selfsame.ts', '--no-trial'] as const;
  return {
    name: 'selfsame build',
    library: join(home, 'halves/library.cjs'),
    async build({ path }, output) {
      await runTool([...command, '--runtime-source', process.execPath, '--output', output], { cwd: path, signal });
    },
  };
}

/** `bun build --compile`, by the executable from npm. */
export async function bunPacker({ folder, signal }: PackersOptions): Promise<Packer> {
  const name = `@oven/bun-linux-${process.arch === 'arm64' ? 'aarch64' : 'x64'}`;
  const quiet = { report: () => undefined, signal };
  const unpacking = { path: async () => folder };
  const found = await fetchPackage({ name, version: bunVersion, integrity: undefined, unpacking, ...quiet });
  if (found === undefined) throw new Error(`There is no ${name} ${bunVersion}`);
  const bun = join(found.folder, 'bin/bun');
  await chmod(bun, 0o755);
  return {
    name: 'bun build --compile',
    async build({ path, entry, optional }, output) {
      const externals = optional.flatMap((each) => ['--external', each]);
      await runTool([bun, 'build', '--compile', entry, '--outfile', output, ...externals], { cwd: path, signal });
    },
  };
}

/** `node --build-sea` with one minified bundle by esbuild: of CommonJS, or a module where that is needed. */
export function seaPacker({ folder, signal }: PackersOptions): Packer {
  return {
    name: 'node --build-sea',
    async build({ path, compiledEntry, optional, isModule }, output) {
      const bundle = join(folder, isModule ? 'bundle.mjs' : 'bundle.cjs');
      const externals = optional.map((each) => `--external:${each}`);
      const shape = isModule ? ['--format=esm', `--banner:js=${requireOfModules}`] : ['--format=cjs'];
      const words = [...shape, ...externals, ...bundling, `--outfile=${bundle}`];
      await runTool([esbuildFile, compiledEntry, ...words], { cwd: path, signal });
      await buildSea({ bundle, output, isModule, folder, signal });
    },
  };
}

/** What our executables were before they carried files: a bundle of CommonJS, with our library in it, as plain main program. */
export function plainBundlePacker(library: string, { folder, signal }: PackersOptions): Packer {
  return {
    name: 'one CommonJS bundle',
    async build({ path, compiledEntry, optional }, output) {
      const bundle = join(folder, 'before.cjs');
      const definition = await readFile(join(path, 'src/selfsame.ts'), 'utf8');
      const entry = join(path, 'src/before.ts');
      await writeFile(entry, definition.replace(/import\('[^']+'\)/, `import('${join('..', compiledEntry)}')`));
      const externals = optional.map((each) => `--external:${each}`);
      const words = ['--format=cjs', '--keep-names', `--alias:selfsame=${library}`, ...externals, ...bundling];
      await runTool([esbuildFile, entry, ...words, `--outfile=${bundle}`], {
        cwd: path,
        signal,
      });
      await buildSea({ bundle, output, isModule: false, folder, signal });
    },
  };
}

const bundling = ['--bundle', '--minify', '--platform=node', '--target=node26', '--log-level=error'];

/** Packages of CommonJS that a bundle of an ES module has inside ask for it. */
const requireOfModules =
  "import { createRequire as __create } from 'node:module'; const require = __create(import.meta.url);";

interface SeaOptions extends PackersOptions {
  readonly bundle: string;
  readonly output: string;
  readonly isModule: boolean;
}

async function buildSea({ bundle, output, isModule, folder, signal }: SeaOptions): Promise<void> {
  const config = join(folder, 'sea.json');
  const settings = {
    main: bundle,
    mainFormat: isModule ? 'module' : 'commonjs',
    output,
    disableExperimentalSEAWarning: true,
  };
  await writeFile(config, JSON.stringify(settings));
  await runTool([process.execPath, '--build-sea', config], { signal });
}
