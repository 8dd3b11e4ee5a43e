// What modules of the project ask for that are carried as files: the bundle has it, and hands it to them.
import { build, type BuildFailure, type Plugin } from 'esbuild';
import { packageOfFile } from '../installed/packages.ts';
import { isSourceName, slashed, type Project } from '../installed/project.ts';

/** A module that is carried as a file, and a module that it asks for. */
export interface ModuleLink {
  readonly from: string;
  readonly specifier: string;
  /** A path, or a name that is found from `from`. */
  readonly to: string;
}

/**
 * Finds what modules ask for by a fixed name.
 *
 * @param files absolute paths of modules that are carried as files; what another of them is, is found there.
 */
export async function findLinks(files: readonly string[], { base }: Project): Promise<ModuleLink[]> {
  const carried = new Set(files);
  const links: ModuleLink[] = [];
  for (const file of files) {
    const found: ModuleLink[] = [];
    const collect: Plugin = {
      name: 'links',
      setup(bundling) {
        bundling.onResolve({ filter: /^/ }, async ({ path, kind, importer, resolveDir, pluginData }) => {
          if (kind === 'entry-point' || pluginData === resolvingLink || path.startsWith('node:')) return undefined;
          const {
            errors,
            external,
            path: to,
          } = await bundling.resolve(path, { kind, importer, resolveDir, pluginData: resolvingLink });
          const target = slashed(to);
          if (errors.length === 0 && !external && !carried.has(target))
            found.push({ from: file, specifier: path, to: target });
          return { path, external: true };
        });
      },
    };
    try {
      await build({
        entryPoints: [file],
        absWorkingDir: base,
        bundle: true,
        write: false,
        platform: 'node',
        format: 'esm',
        logLevel: 'silent',
        plugins: [collect],
      });
    } catch (error) {
      if ((error as Partial<BuildFailure>).errors === undefined) throw error;
      // Not a module of this program: a script for browsers, say. It is carried as it is.
      continue;
    }
    links.push(...found);
  }
  const keyOf = ({ from, specifier }: ModuleLink): string => `${from}\0${specifier}`;
  return [...new Map(links.map((link) => [keyOf(link), link])).values()].toSorted((one, other) =>
    keyOf(one) < keyOf(other) ? -1 : 1,
  );
}

const resolvingLink = Symbol('resolvingLink');

/** True for a file that Node.js would load as a module. */
export function isCode(file: string): boolean {
  return isSourceName(file) && packageOfFile(file) === undefined;
}

/**
 * The text of a module that makes those that are linked known, before the application starts.
 *
 * @param targets of {@link linkTargets}.
 */
export function linkingText(targets: readonly string[]): string {
  return `__selfsame.link([${targets.map((to) => `() => require(${JSON.stringify(to)})`).join(', ')}]);`;
}

/**
 * Each module that is asked for, in order: its place here is its number.
 *
 * @param both modules that are carried as files, and are in the bundle as well: there are not to be two of them.
 */
export function linkTargets(links: readonly ModuleLink[], both: readonly string[]): string[] {
  return [...new Set([...links.map(({ to }) => to), ...both])].toSorted();
}

/**
 * What an executable is told of links.
 *
 * @param targets of {@link linkTargets}.
 */
export function linkTable(
  links: readonly ModuleLink[],
  targets: readonly string[],
  { both, placeOf }: { readonly both: readonly string[]; readonly placeOf: (file: string) => string },
): Record<string, Record<string, number>> {
  const table: Record<string, Record<string, number>> = {};
  const numbers = new Map(targets.map((target, number) => [target, number]));
  const add = (from: string, asked: string, to: string): void => {
    const number = numbers.get(to);
    if (number !== undefined) (table[from] ??= {})[asked] = number;
  };
  for (const { from, specifier, to } of links) add(placeOf(from), specifier, to);
  for (const file of both) add('', placeOf(file), file);
  return table;
}
