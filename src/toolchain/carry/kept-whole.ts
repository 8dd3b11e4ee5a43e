import { findPackage, type InstalledPackage } from '../installed/packages.ts';
import type { Project } from '../installed/project.ts';

/**
 * Packages that other packages look into, or that look for their own files in ways that no bundle can follow; their programs are kept as they
 * are. Where one that patches modules as they load is among the dependencies, all are.
 */
const wholeByName = new Set(['next', 'jsdom', 'node-red', 'verdaccio', 'newrelic', 'dd-trace']);
const patching = new Set(['require-in-the-middle', 'import-in-the-middle']);

/**
 * Which packages of a project are not bundled.
 *
 * @param external those that the definition names.
 */
export function keptWhole(
  project: Project,
  external: readonly string[],
  isOurs: (path: string) => boolean,
): (name: string) => boolean {
  const named = new Set(external);
  const all = !isOurs(project.entry) && closureOf(project).some((name) => patching.has(name));
  return (name) => name !== 'selfsame' && (all || named.has(name) || wholeByName.has(name));
}

/** The names of all packages that the project depends on, and those on which they do. */
function closureOf({ manifest, folder }: Project): string[] {
  const seen = new Map<string, InstalledPackage>();
  const waiting = Object.keys(manifest.dependencies ?? {}).map((name) => ({ name, from: folder }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const of = findPackage(next.name, next.from);
    if (of === undefined || seen.has(of.key)) continue;
    seen.set(of.key, of);
    waiting.push(...Object.keys(of.manifest.dependencies ?? {}).map((name) => ({ name, from: of.folder })));
  }
  return [...seen.values()].map(({ name }) => name);
}
