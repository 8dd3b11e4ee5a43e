import { readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { projectRoot, type StartConfig } from '../../app/start/start-config.ts';
import type { Report } from '../../shared/report.ts';
import type { Halves } from './halves.ts';
import { bundleEntry, bundleFileOf, type ApplicationBundle } from './bundle-application.ts';
import { noFindings, type CarryFindings } from './carry-plugin.ts';
import { filesThroughLinks, packagesInOutput } from './framework-output.ts';
import { keptWhole } from './kept-whole.ts';
import { layOut, type Dependant } from '../installed/layout.ts';
import { findLinks, isCode, linkingText, linkTable, linkTargets } from './links.ts';
import { readLockFile } from '../installed/lock-file.ts';
import { mayStart } from './module-text.ts';
import { ownContent } from './own-content.ts';
import type { LicensedPackage } from '../../executable/packages/package-list.ts';
import { unpackingFolder } from '../installed/fetch-package.ts';
import { licensed } from '../installed/license-texts.ts';
import { findOwnFiles, namedFiles, type OwnFiles } from './own-files.ts';
import { ownFolders, ownManifests } from './own-folders.ts';
import { filesOfPackage } from '../installed/package-files.ts';
import { findPackage, namesNeededBy, packageOfFile, type InstalledPackage } from '../installed/packages.ts';
import {
  compiledRefusal,
  isCompiledHere,
  platformPackagesOf,
  type PlatformPackage,
} from '../installed/platform-packages.ts';
import { placedBundle } from './placed-bundle.ts';
import { placeIn } from './place-token.ts';
import { isModuleFile, manifestIn, slashed, type Project } from '../installed/project.ts';
import { reachedPackages, type CarriedPackage } from './reached-packages.ts';

export interface CarryRequest {
  readonly project: Project;
  readonly halves: Halves;
  /** Of the definition: patterns of files, and packages that are not bundled. */
  readonly files: readonly string[];
  readonly external: readonly string[];
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
}

/** An application, ready to be put into a blob. */
export interface CarriedApplication {
  readonly start: StartConfig;
  /** By name, in order: the files of the executable's file system. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
  readonly packages: readonly CarriedPackage[];
  /** All of them, and those in what a framework has built, with their licences: some lie unpacked only while this is made. */
  readonly licensed: readonly LicensedPackage[];
  readonly platform: readonly PlatformPackage[];
  readonly ownFiles: OwnFiles;
  /** Absolute paths of what `files` of the definition names. */
  readonly named: readonly string[];
  readonly missing: CarryFindings['missing'];
  /** True if the entry, or what it imports, imports selfsame. */
  readonly usesSelfsame: boolean;
  /** Absolute paths of the project's own files that went in. */
  readonly sources: readonly string[];
}

/**
 * Collects an application: its bundle, and beside it, in the executable's file system, what is found by its place.
 *
 * @throws {DeployError} `bad-usage` for what cannot be bundled or carried; `package-unavailable`.
 */
export async function carry(request: CarryRequest): Promise<CarriedApplication> {
  const { project, halves, files, external, report, signal } = request;
  const isOurs = (path: string): boolean => `${path}/`.startsWith(`${halves.folder}/`);
  const isKeptWhole = keptWhole(project, external, isOurs);
  const findings = noFindings();
  const options = { project, halves, isKeptWhole: (name: string) => isKeptWhole(name) || findings.renaming.has(name) };
  const isOwn = (file: string): boolean => !isOurs(file) || file === project.entry;
  let main = await bundleEntry({ entry: project.entry }, options, findings);
  const named = namedFiles(files, project);
  const ownFiles = findOwnFiles(new Map([...findings.own].filter(([file]) => isOwn(file))), project);
  const own = [...new Set([...ownFiles.files, ...named])];
  const loadable = own.filter(isCode);
  const links = await findLinks(loadable, project);
  const targets = linkTargets(
    links,
    loadable.filter((file) => main.inputs.includes(file)),
  );
  if (targets.length > 0) {
    main = await bundleEntry({ entry: project.entry, linking: linkingText(targets) }, options, findings);
  }
  const bundles = [main];
  for (const module of [...ownFiles.modules].toSorted()) {
    if (module !== project.entry) bundles.push(await bundleEntry({ entry: module }, options, findings));
  }
  const inputs = [...new Set(bundles.flatMap((bundle) => bundle.inputs))].toSorted();

  const carried = reachedPackages(inputs, findings, { project, isOurs });
  refuseCompiled(carried, project, findings);
  const lock = readLockFile(project);
  await using unpacking = unpackingFolder();
  const absent = (name: string, by: InstalledPackage): unknown =>
    findings.missing.set(name, new Set([`${by.folder}/package.json`]));
  const platform = await platformPackagesOf(
    [...carried.values()].map(({ of }) => of),
    { lock, unpacking, report, signal, absent },
  );
  for (const { of } of platform) carried.set(of.key, { of, reason: 'its place', code: true });

  const layout = layOut(
    [...carried.values()].map(({ of }) => of),
    dependantsOf(carried, platform, { project, inputs }),
  );
  const assets = new Map<string, Uint8Array>();
  const put = (place: string, content: Uint8Array | string): void => {
    assets.set(`${projectRoot}/${place}`, typeof content === 'string' ? Buffer.from(content) : content);
  };
  let starting = loadable.length > 0 || findings.outputs.size > 0;
  const placeOf = (file: string): string => placeIn(layout, file, project.base);
  for (const { of, code } of carried.values()) {
    for (const file of filesOfPackage(of, { code })) {
      const content = await readFile(join(of.folder, file));
      starting ||= /\.[cm]?js$/.test(file) && mayStart(content.toString());
      for (const place of layout.get(of.key) ?? []) put(`${place}/${file}`, content);
    }
  }
  for (const file of own) put(placeOf(file), await ownContent(file));
  const built = [...findings.outputs].flatMap((output) => filesThroughLinks(output));
  for (const file of built) put(slashed(relative(project.base, file)), await readFile(file));
  const carries = assets.size > 0;
  for (const [folder, manifest] of ownManifests(inputs, project, isOurs)) {
    put(placeOf(`${folder}/package.json`), manifest);
  }
  const modules: Record<string, string> = {};
  for (const bundle of bundles) {
    const { code, map } = await placedBundle(bundle, layout, {
      base: project.base,
      sent: findings.sent,
      isOwn: (path) => isOwn(path) && packageOfFile(path) === undefined,
    });
    const place = placeOf(bundleFileOf(bundle.entry, bundle.format));
    put(place, code);
    put(`${place}.map`, map);
    if (bundle !== main) Object.assign(modules, byPlace(bundle, place, { placeOf, put }));
  }
  const packages = [...carried.values()].toSorted((one, other) => (one.of.key < other.of.key ? -1 : 1));
  return {
    start: {
      entry: placeOf(bundleFileOf(main.entry, main.format)),
      main: placeOf(project.entry),
      folder: slashed(relative(project.base, project.folder)),
      modules,
      links: linkTable(links, targets, { both: loadable, placeOf }),
      carries,
      starts:
        bundles.length > 1 || starting || [...findings.modules].some(([file, uses]) => uses.starts && !isOurs(file)),
      readsFiles: files.length > 0,
    },
    assets: new Map([...assets].toSorted(([one], [other]) => (one < other ? -1 : 1))),
    packages,
    licensed: [...packages.map(({ of }) => of), ...packagesInOutput(built, project)].map(licensed),
    platform,
    ownFiles,
    named,
    missing: findings.missing,
    usesSelfsame: main.inputs.some(isOurs),
    sources: [...inputs.filter((file) => !file.includes('/node_modules/')), ...own],
  };
}

/** Native code that is of this machine alone is refused where a module imports it, unless whoever asks for it does without. */
function refuseCompiled(carried: Map<string, CarriedPackage>, { manifest }: Project, { missing }: CarryFindings): void {
  const compiled = [...carried.values()].filter(({ of }) => isCompiledHere(of));
  for (const { of, reason } of compiled) {
    const isOptional = [manifest, ...[...carried.values()].map((each) => each.of.manifest)].every(
      ({ dependencies = {} }) => !(of.name in dependencies),
    );
    if (!isOptional && ['bundled', 'kept whole', 'its place'].includes(reason)) throw compiledRefusal(of);
    carried.delete(of.key);
    missing.set(of.name, missing.get(of.name) ?? new Set([`${of.folder}/binding.gyp`]));
  }
}

function dependantsOf(
  carried: ReadonlyMap<string, CarriedPackage>,
  platform: readonly PlatformPackage[],
  { project, inputs }: { readonly project: Project; readonly inputs: readonly string[] },
): Dependant[] {
  const needsOf = (names: readonly string[], from: string): Map<string, InstalledPackage> =>
    new Map(
      names.flatMap((name) => {
        const of = findPackage(name, from);
        return of === undefined || !carried.has(of.key) ? [] : [[name, of] as const];
      }),
    );
  const packages = [...carried.values()].map(({ of }) => {
    const needs = needsOf(namesNeededBy(of.manifest), of.folder);
    for (const each of platform) if (each.by.key === of.key) needs.set(each.of.name, each.of);
    return { by: { key: of.key }, needs };
  });
  const folders = ownFolders(inputs, project).map((folder) => ({
    by: { folder: slashed(relative(project.base, folder)) },
    needs: needsOf(namesNeededBy(manifestIn(folder) ?? {}), folder),
  }));
  return [...folders, ...packages];
}

/** What lies at the place of a module that is started by it: it leads to its bundle. */
function byPlace(
  { entry, format }: ApplicationBundle,
  place: string,
  { placeOf, put }: { placeOf: (file: string) => string; put: (place: string, text: string) => void },
): Record<string, string> {
  const name = `./${basename(place)}`;
  const text =
    isModuleFile(entry) || format === 'esm'
      ? `export * from '${name}'; import * as all from '${name}'; export default all.default;\n`
      : `module.exports = require('${name}');\n`;
  const names = [placeOf(entry), placeOf(entry.replace(/\.([cm]?)tsx?$/, '.$1js'))];
  for (const each of new Set(names)) put(each, text);
  return Object.fromEntries([...new Set(names)].map((each) => [each, place]));
}
