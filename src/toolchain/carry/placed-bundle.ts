import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { transform } from 'esbuild';
import { bundleFileOf, type ApplicationBundle } from './bundle-application.ts';
import type { Layout } from '../installed/layout.ts';
import { placeIn, withPlaces } from './place-token.ts';
import { shiftedMappings, type LineShift } from './placed-map.ts';
import { slashed } from '../installed/project.ts';

/** What esbuild throws for a name that a pattern does not match: Node.js has a code for it. */
const patternMiss = /(var fn = (\w+)\[(\w+)\];\s*if \(fn\) return fn\(\);\s*)throw new Error\([^\n]*\);/;
const patternRefusal =
  '$1throw Object.assign(new Error("Cannot find module \'" + $3 + "\'"), { code: String(Object.values($2)[0]).includes("Promise") ? "ERR_MODULE_NOT_FOUND" : "MODULE_NOT_FOUND" });';

interface PlacedOptions {
  readonly base: string;
  readonly sent: ReadonlySet<string>;
  /** True for a source of the project, and not of a package or of selfsame. */
  readonly isOwn: (file: string) => boolean;
}

/** A bundle with the places of a layout in it, and without a path of this machine: the same wherever its packages were installed. */
export async function placedBundle(
  bundle: ApplicationBundle,
  layout: Layout,
  { base, sent, isOwn }: PlacedOptions,
): Promise<{ code: string; map: string }> {
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
  const map = JSON.parse(bundle.map) as { sources: string[]; names: string[]; mappings: string };
  // As paths in the executable's file system, which is where modules take themselves to lie.
  const from = dirname(placeIn(layout, file, base));
  const sources = map.sources.map((source) => {
    const [, kind] = /^(?:.*\/)?([a-z-]+):/.exec(source) ?? [];
    const path = slashed(resolve(dirname(file), source));
    return kind === undefined
      ? { name: relative(from, placeIn(layout, path, base)), path }
      : { name: kind, path: undefined };
  });
  const { names } = map;
  const placed = { code: withPlaces(named, layout), names, mappings: shiftedMappings(map.mappings, shifts) };
  return withoutWhitespace(placed, { sources, name: basename(file), isOwn });
}

interface MappedSource {
  /** As a path from the bundle. */
  readonly name: string;
  /** Where it is on this machine; undefined for what was made by a build. */
  readonly path: string | undefined;
}

/**
 * Leaves out whitespace, which takes a tenth of a start to read. What Node.js shows of an error that nobody caught is a line of the source then: of
 * the project's own sources the map has the lines, of others only that there are some.
 */
async function withoutWhitespace(
  { code, names, mappings }: { readonly code: string; readonly names: readonly string[]; readonly mappings: string },
  {
    sources,
    name,
    isOwn,
  }: Pick<PlacedOptions, 'isOwn'> & { readonly sources: readonly MappedSource[]; readonly name: string },
): Promise<{ code: string; map: string }> {
  // By number: esbuild would make paths of them.
  const map = { version: 3, names, sources: sources.map((_source, index) => `${index}`), mappings };
  const url = `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
  const written = await transform(`${code}\n//# sourceMappingURL=${url}\n`, {
    loader: 'js',
    target: 'node26',
    minifyWhitespace: true,
    lineLimit: 200,
    legalComments: 'none',
    sourcemap: 'external',
    sourcefile: name,
    sourcesContent: false,
    logLevel: 'silent',
  });
  const composed = JSON.parse(written.map) as { sources: string[] };
  const used = composed.sources.map((number) => sources[Number(number)] ?? { name, path: undefined });
  const contents = await Promise.all(
    used.map(async ({ path }) => (path === undefined ? null : shownContent(path, isOwn(path)))),
  );
  return {
    code: `${written.code}//# sourceMappingURL=${name}.map\n`,
    map: JSON.stringify({ ...composed, sources: used.map((source) => source.name), sourcesContent: contents }),
  };
}

/** Of a package lines, and not what stands in them; of a source that its author has not published so many as it may have. */
async function shownContent(path: string, isOwn: boolean): Promise<string> {
  if (!existsSync(path)) return '...\n'.repeat(5_000);
  const text = await readFile(path, 'utf8');
  return isOwn ? text : text.replaceAll(/[^\n]+/g, '...');
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
