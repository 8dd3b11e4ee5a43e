import { readFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { dirname, extname, join, relative } from 'node:path';
import type { Loader, OnLoadResult, OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from 'esbuild';
import type { Halves } from './halves.ts';
import { withDecoratorMetadata } from './decorators.ts';
import { frameworkOutputOf } from './framework-output.ts';
import { placed, renamesRequire, type ModuleUses, usesOf, withKnownRequire, withoutPatterns } from './module-text.ts';
import { packageCopies } from '../installed/package-copies.ts';
import { packageOfFile, runsOnLinux, type InstalledPackage } from '../installed/packages.ts';
import { isPlatformSpecifier } from '../installed/platform-packages.ts';
import { placeToken } from './place-token.ts';
import { isModuleFile, slashed, type Project } from '../installed/project.ts';
import { strayPeers } from '../installed/stray-peers.ts';

/** What a bundling is told of an application. */
export interface CarryOptions {
  readonly project: Project;
  readonly halves: Halves;
  /** True for packages that are not bundled. */
  readonly isKeptWhole: (name: string) => boolean;
}

/** What one bundle is made of. */
export interface BundledEntry {
  readonly entry: string;
  /** The text of a module that comes first. */
  readonly linking?: string | undefined;
}

/** What a bundling finds beside the modules that it bundles. */
export interface CarryFindings {
  /** By file: how each bundled module looks for other things. */
  readonly modules: Map<string, ModuleUses>;
  /** By specifier: the files that ask for what is not installed. It throws when it is reached. */
  readonly missing: Map<string, Set<string>>;
  readonly natives: Set<string>;
  readonly kept: Map<string, InstalledPackage>;
  /** Folders that a framework has built. */
  readonly outputs: Set<string>;
  /** Files of packages that ask for what is not there, by a path or a pattern: it is looked for at run time. */
  readonly unmatched: Set<string>;
  /** Packages that give `require` another name: what they load by it is theirs, and must find the same instance of them. */
  readonly renaming: Set<string>;
  /** Text of the project's own modules, by file. */
  readonly own: Map<string, string>;
  /** Which copy of a package stands for the others. */
  readonly copyOf: (file: string) => string;
  /** Files of ES modules that esbuild was sent to: it does not know of these that they are. */
  readonly sent: Set<string>;
}

export function noFindings(): CarryFindings {
  return {
    modules: new Map(),
    missing: new Map(),
    natives: new Set(),
    kept: new Map(),
    outputs: new Set(),
    unmatched: new Set(),
    renaming: new Set(),
    own: new Map(),
    copyOf: packageCopies(),
    sent: new Set(),
  };
}

/** Bundles what can be bundled, and makes what cannot be found in its place in the executable. */
export function carryPlugin(
  { project, halves, isKeptWhole, entry, linking }: CarryOptions & BundledEntry,
  findings: CarryFindings,
): Plugin {
  const mains = new Set([project.entry]);
  const isStray = strayPeers(project);
  return {
    name: 'carry',
    setup(bundling) {
      bundling.onResolve({ filter: /^selfsame$/ }, async () => ({ path: await halves.library() }));
      bundling.onResolve({ filter: /^selfsame:links$/ }, ({ path }) => ({ path, namespace: 'links' }));
      bundling.onLoad({ filter: /^/, namespace: 'links' }, () => ({
        contents: linking ?? '',
        resolveDir: project.base,
      }));
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
        contents: `module.exports = __selfsame.at(${tokenOf(path.slice(0, -1))}).load();`,
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
    // Most of all imports, and each question takes two turns: what is not there is an error, which leads to a closer look.
    if (/^\.{1,2}\/.*(?<!\.node)$/.test(path) && namespace === 'file' && isBundledAsIs(slashed(importer)))
      return undefined;
    // Which of them is there is known where it runs.
    if (isPlatformSpecifier(path, packageOfFile(slashed(importer)))) {
      return { path: JSON.stringify([placeToken(slashed(importer), project.base), path]), namespace: 'platform' };
    }
    const found = await bundling.resolve(path, { kind, importer, namespace, resolveDir, pluginData: resolving });
    if (found.errors.length > 0) return kind === 'import-statement' ? undefined : unresolved(asked);
    if (found.external || found.namespace !== 'file') return undefined;
    const file = findings.copyOf(slashed(found.path));
    if (slashed(importer) === project.entry && kind !== 'import-statement') mains.add(file);
    const output = frameworkOutputOf(file, project);
    if (output !== undefined) {
      findings.outputs.add(output);
      return { path: `./${slashed(relative(dirname(entry), file))}`, external: true };
    }
    const of = packageOfFile(file);
    if (of !== undefined && kind !== 'import-statement' && isChance(of, slashed(importer))) return unresolved(asked);
    if (file.endsWith('.node')) {
      findings.natives.add(file);
      return { path: file, namespace: 'native' };
    }
    if (of !== undefined && isKeptWhole(of.name)) {
      findings.kept.set(of.key, of);
      // Not by its own name, which would say that it is a module, whatever stands in its place.
      return { path: `${file}#`, namespace: isModuleFile(file) ? 'kept-module' : 'kept' };
    }
    if (file !== slashed(found.path)) {
      if (of !== undefined && isModuleFile(file)) findings.sent.add(file);
      return { path: file, sideEffects: found.sideEffects };
    }
    // Left to esbuild, which then also knows the tsconfig.json and the module type of the file.
    return shaken(file, slashed(importer));
  }

  function isBundledAsIs(importer: string): boolean {
    return packageOfFile(importer) !== undefined && !findings.unmatched.has(importer);
  }

  /** True for what some package managers install, and others do not: packages for other systems, and peers that nobody gave. */
  function isChance(of: InstalledPackage, importer: string): boolean {
    const by = packageOfFile(importer);
    return !runsOnLinux(of.manifest) || (by !== undefined && by.key !== of.key && isStray(of.name, by));
  }

  /** Thrown when it is reached, as Node.js does. What the project's own code names by a path is a mistake, which esbuild reports. */
  function unresolved({ path, kind, importer }: OnResolveArgs): OnResolveResult | undefined {
    const isPath = /^\.{0,2}\//.test(path);
    if (isPath && packageOfFile(slashed(importer)) === undefined) return undefined;
    if (!otherPlatforms.test(path))
      findings.missing.set(path, (findings.missing.get(path) ?? new Set()).add(slashed(importer)));
    return { path, namespace: kind === 'dynamic-import' ? 'missing-import' : 'missing' };
  }

  /** Of our own packages the form that can be shaken: of hash-wasm, 18 KB stay instead of 216. */
  function shaken(file: string, importer: string): OnResolveResult | undefined {
    const of = packageOfFile(file);
    if (of?.manifest.module === undefined || !importer.startsWith(`${halves.folder}/src/`)) return undefined;
    return file === join(of.folder, of.manifest.main ?? '') ? { path: join(of.folder, of.manifest.module) } : undefined;
  }

  async function loaded(file: string): Promise<OnLoadResult | undefined> {
    const read = await readFile(file, 'utf8');
    const isOwn = packageOfFile(file) === undefined;
    const followed = isOwn ? withKnownRequire(read) : read;
    const text = findings.unmatched.has(file) ? withoutPatterns(followed) : followed;
    if (isOwn) findings.own.set(file, text);
    findings.modules.set(file, usesOf(text));
    const of = packageOfFile(file);
    if (of !== undefined && renamesRequire(text)) findings.renaming.add(of.name);
    const decorated = isOwn ? withDecoratorMetadata(text, file) : undefined;
    const contents = placed(decorated ?? text, placeToken(file, project.base), mains.has(file));
    return { contents, loader: loaderOf(file) };
  }

  function tokenOf(file: string): string {
    return JSON.stringify(placeToken(file, project.base));
  }
}

const resolving = Symbol('resolving');

/** Packages with native code look for one of theirs for each platform: those that are none of ours are not missed. */
const otherPlatforms =
  /\b(?:android|darwin|win32|freebsd|openharmony|sunos|wasm32|wasi|musl\w*|riscv64|loong64|ppc64|s390x|arm|ia32)\b|\.node$/;

function loaderOf(file: string): Loader {
  const [, kind = 'js'] = /^\.[cm]?([jt]sx?)$/.exec(extname(file)) ?? [];
  // Packages for React Native and the like have JSX in .js; Node.js refuses it, and so does the build.
  return kind as Loader;
}

function throwing(name: string, code: string): string {
  const message = JSON.stringify(`Cannot find module '${name}'`);
  return `throw Object.assign(new Error(${message}), { code: ${JSON.stringify(code)} });`;
}
