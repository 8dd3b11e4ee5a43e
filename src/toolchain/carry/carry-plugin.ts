import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { extname, join } from 'node:path';
import type { Loader, OnLoadResult, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild';
import type { Halves } from './halves.ts';
import { withDecoratorMetadata } from './decorators.ts';
import { placed, usesOf, type ModuleUses } from './module-text.ts';
import { packageOfFile, type InstalledPackage } from './packages.ts';
import { isPlatformSpecifier } from './platform-packages.ts';
import { placeToken } from './place-token.ts';
import { manifestIn, nearestFolder, slashed, type Project } from './project.ts';

/** What a bundling is told of an application. */
export interface CarryOptions {
  readonly project: Project;
  readonly halves: Halves;
  /** True for packages that are not bundled. */
  readonly isKeptWhole: (name: string) => boolean;
}

/** What a bundling finds beside the modules that it bundles. */
export interface CarryFindings {
  /** By file: how each bundled module looks for other things. */
  readonly modules: Map<string, ModuleUses>;
  /** By specifier: the files that ask for what is not installed. It throws when it is reached. */
  readonly missing: Map<string, Set<string>>;
  readonly natives: Set<string>;
  readonly kept: Map<string, InstalledPackage>;
  /** Text of the project's own modules, by file. */
  readonly own: Map<string, string>;
}

export function noFindings(): CarryFindings {
  return { modules: new Map(), missing: new Map(), natives: new Set(), kept: new Map(), own: new Map() };
}

/** Bundles what can be bundled, and makes what cannot be found in its place in the executable. */
export function carryPlugin({ project, halves, isKeptWhole }: CarryOptions, findings: CarryFindings): Plugin {
  const mains = new Set([project.entry]);
  return {
    name: 'carry',
    setup(bundling) {
      bundling.onResolve({ filter: /^selfsame$/ }, async () => ({ path: await halves.library() }));
      bundling.onResolve({ filter: /^/ }, async (asked) => resolved(bundling, asked));
      bundling.onLoad({ filter: /^/, namespace: 'missing' }, ({ path }) => ({
        contents: throwing(path, 'MODULE_NOT_FOUND'),
      }));
      bundling.onLoad({ filter: /^/, namespace: 'missing-import' }, ({ path }) => ({
        contents: throwing(path, 'ERR_MODULE_NOT_FOUND'),
      }));
      bundling.onLoad({ filter: /^/, namespace: 'native' }, ({ path }) => ({
        contents: `process.dlopen(module, __selfsame.at(${tokenOf(path)}).file);`,
      }));
      bundling.onLoad({ filter: /^/, namespace: 'kept' }, ({ path }) => ({
        contents: `module.exports = __selfsame.at(${tokenOf(path)}).load();`,
      }));
      bundling.onLoad({ filter: /^/, namespace: 'platform' }, ({ path }) => {
        const [place, name] = JSON.parse(path) as [string, string];
        return {
          contents: `module.exports = __selfsame.at(${JSON.stringify(place)}).require(${JSON.stringify(name)});`,
        };
      });
      // Its own default export, which a CommonJS view of an ES module would hide.
      bundling.onLoad({ filter: /^/, namespace: 'kept-module' }, ({ path }) => ({
        contents: `import * as all from ${JSON.stringify(path)}; export * from ${JSON.stringify(path)}; export default all.default;`,
        resolveDir: project.base,
      }));
      bundling.onLoad({ filter: /\.(?:[cm]?[jt]sx?)$/, namespace: 'file' }, async ({ path }) => loaded(slashed(path)));
    },
  };

  async function resolved(bundling: PluginBuild, asked: OnResolveArgs): Promise<OnResolveResult | undefined> {
    const { path, kind, importer, namespace, resolveDir, pluginData } = asked;
    if (namespace === 'kept-module') return { path, namespace: 'kept' };
    if (pluginData === resolving || kind === 'entry-point' || isBuiltin(path) || path.startsWith('node:'))
      return undefined;
    // Which of them is there is known where it runs.
    if (isPlatformSpecifier(path, packageOfFile(slashed(importer)))) {
      return { path: JSON.stringify([placeToken(slashed(importer), project.base), path]), namespace: 'platform' };
    }
    const found = await bundling.resolve(path, { kind, importer, namespace, resolveDir, pluginData: resolving });
    if (found.errors.length > 0) return kind === 'import-statement' ? undefined : unresolved(asked);
    const file = slashed(found.path);
    if (found.external || found.namespace !== 'file') return undefined;
    if (importer === project.entry && kind !== 'import-statement') mains.add(file);
    if (file.endsWith('.node')) {
      findings.natives.add(file);
      return { path: file, namespace: 'native' };
    }
    const of = packageOfFile(file);
    if (of !== undefined && isKeptWhole(of.name)) {
      findings.kept.set(of.key, of);
      return { path: file, namespace: isModule(file, of) ? 'kept-module' : 'kept' };
    }
    return { ...shaken(file, slashed(importer)), sideEffects: found.sideEffects };
  }

  /** Thrown when it is reached, as Node.js does. What the project's own code names by a path is a mistake, which esbuild reports. */
  function unresolved({ path, kind, importer }: OnResolveArgs): OnResolveResult | undefined {
    const isPath = /^\.{0,2}\//.test(path);
    if (isPath && packageOfFile(slashed(importer)) === undefined) return undefined;
    findings.missing.set(path, (findings.missing.get(path) ?? new Set()).add(slashed(importer)));
    return { path, namespace: kind === 'dynamic-import' ? 'missing-import' : 'missing' };
  }

  /** Of our own packages the form that can be shaken: of hash-wasm, 18 KB stay instead of 216. */
  function shaken(file: string, importer: string): { path: string } {
    const of = packageOfFile(file);
    if (of?.manifest.module === undefined || !importer.startsWith(`${halves.folder}/src/`)) return { path: file };
    return file === join(of.folder, of.manifest.main ?? '')
      ? { path: join(of.folder, of.manifest.module) }
      : { path: file };
  }

  async function loaded(file: string): Promise<OnLoadResult | undefined> {
    const text = await readFile(file, 'utf8');
    const isOwn = packageOfFile(file) === undefined;
    if (isOwn) findings.own.set(file, text);
    findings.modules.set(file, usesOf(text));
    const decorated = isOwn ? withDecoratorMetadata(text, file) : undefined;
    const contents = placed(decorated ?? text, placeToken(file, project.base), mains.has(file));
    return { contents, loader: decorated === undefined ? loaderOf(file) : file.endsWith('x') ? 'jsx' : 'js' };
  }

  function tokenOf(file: string): string {
    return JSON.stringify(placeToken(file, project.base));
  }
}

const resolving = Symbol('resolving');

function loaderOf(file: string): Loader {
  const [, kind = 'js'] = /^\.[cm]?([jt]sx?)$/.exec(extname(file)) ?? [];
  // Packages for React Native and the like have JSX in .js; Node.js refuses it, and so does the build.
  return kind as Loader;
}

function isModule(file: string, { folder }: InstalledPackage): boolean {
  if (/\.[cm]js$/.test(file)) return file.endsWith('.mjs');
  const at = nearestFolder(
    file.slice(0, file.lastIndexOf('/')),
    (each) => each === folder || manifestIn(each) !== undefined,
  );
  return at !== undefined && manifestIn(at)?.type === 'module';
}

function throwing(name: string, code: string): string {
  const message = JSON.stringify(`Cannot find module '${name}'`);
  return `throw Object.assign(new Error(${message}), { code: ${JSON.stringify(code)} });`;
}
