import type { CarryFindings } from './carry-plugin.ts';
import {
  findPackage,
  nameIn,
  namesNeededBy,
  packageOfFile,
  runsOnLinux,
  type InstalledPackage,
} from '../installed/packages.ts';
import type { Project } from '../installed/project.ts';

/** Why a package lies in the executable's file system. */
type CarryReason =
  | 'bundled'
  | 'its place'
  | 'names known at run time'
  | 'kept whole'
  | 'asked for by place'
  | 'nothing imports it';

/** A package whose files are carried. */
export interface CarriedPackage {
  readonly of: InstalledPackage;
  readonly reason: CarryReason;
  /** True with its JavaScript: something loads or reads it by its place. */
  readonly code: boolean;
}

/** Dependencies that are tools or types, which no running program asks for by a name of its own. */
const tools = /^(?:@types\/.*|typescript|ts-node|tsx|nodemon|selfsame|prettier|eslint|@swc\/core|esbuild)$/;

/**
 * The packages that an application needs beside its bundle.
 *
 * @param inputs the modules that are bundled.
 */
export function reachedPackages(
  inputs: readonly string[],
  findings: CarryFindings,
  { project, isOurs }: { readonly project: Project; readonly isOurs: (file: string) => boolean },
): Map<string, CarriedPackage> {
  const carried = new Map<string, CarriedPackage>();
  const add = (of: InstalledPackage, reason: CarryReason, code: boolean): boolean => {
    if (isOurs(of.folder) || !runsOnLinux(of.manifest)) return false;
    const there = carried.get(of.key);
    if (there !== undefined && (there.code || !code)) return false;
    carried.set(of.key, { of, reason: there === undefined || code ? reason : there.reason, code });
    return true;
  };
  /** A package with all that it may ask for. */
  const addWhole = (of: InstalledPackage | undefined, reason: CarryReason): void => {
    if (of === undefined || !add(of, reason, true)) return;
    for (const name of namesNeededBy(of.manifest)) addWhole(findPackage(name, of.folder), reason);
  };

  for (const file of inputs) {
    const of = packageOfFile(file);
    if (of !== undefined) add(of, 'bundled', false);
  }
  for (const of of findings.kept.values()) addWhole(of, 'kept whole');
  for (const file of [...findings.natives].toSorted()) {
    const of = packageOfFile(file);
    if (of !== undefined) addWhole(of, 'its place');
  }
  for (const file of inputs) {
    const uses = findings.modules.get(file);
    if (uses === undefined || isOurs(file)) continue;
    const of = packageOfFile(file);
    for (const name of uses.resolved)
      addWhole(findPackage(nameIn(name), of?.folder ?? project.folder), 'asked for by place');
    if (of === undefined) continue;
    if (uses.starts) addWhole(of, 'names known at run time');
    else if (uses.place) add(of, 'its place', true);
    if (!uses.computed) continue;
    add(of, 'names known at run time', true);
    for (const peer of Object.keys(of.manifest.peerDependencies ?? {}).toSorted()) {
      addWhole(findPackage(peer, of.folder), 'names known at run time');
    }
  }
  // What a framework has built is complete.
  if (isOurs(project.entry) || findings.outputs.size > 0) return carried;
  for (const name of Object.keys(project.manifest.dependencies ?? {}).toSorted()) {
    const of = tools.test(name) ? undefined : findPackage(name, project.folder);
    if (of !== undefined && !carried.has(of.key)) addWhole(of, 'nothing imports it');
  }
  return carried;
}
