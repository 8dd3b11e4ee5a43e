// Modules of the project that are loaded by their place, such as all files of a folder, ask for others that are in the bundle.
import module from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { StartConfig } from './start-config.ts';

/** Loads a module of the bundle. */
type BundledModule = () => unknown;

/** What the bundle calls first. */
export interface Links {
  readonly link: (modules: readonly BundledModule[]) => void;
  /** The module of a number. */
  readonly linked: (number: number) => unknown;
}

/**
 * Lets modules of the executable's file system find those of the bundle: the same instances that the bundle has.
 *
 * @param root the folder of the project there.
 */
export function linkBundle(root: string, { links }: Pick<StartConfig, 'links'>): Links {
  let bundled: readonly BundledModule[] = [];
  const linked = (number: number): unknown => bundled[number]?.();
  if (Object.keys(links).length > 0) module.registerHooks(hooksFor(root, links, linked));
  return {
    linked,
    link(modules) {
      bundled = modules;
    },
  };
}

const scheme = /^selfsame-(import|require):(\d+)$/;

function hooksFor(
  root: string,
  links: StartConfig['links'],
  linked: Links['linked'],
): Parameters<typeof module.registerHooks>[0] {
  const placeOf = (url: string): string | undefined =>
    url.startsWith('file:') ? relative(root, fileURLToPath(url)).replaceAll('\\', '/') : undefined;
  const linkTo = (number: number, conditions: readonly string[]) => ({
    url: `selfsame-${conditions.includes('import') ? 'import' : 'require'}:${number}`,
    shortCircuit: true,
  });
  return {
    resolve(specifier, context, next) {
      const { parentURL, conditions } = context;
      const from = parentURL === undefined ? undefined : placeOf(parentURL);
      const asked = from === undefined ? undefined : links[from]?.[specifier];
      if (asked === undefined) {
        const found = next(specifier, context);
        const number = links['']?.[placeOf(found.url) ?? ''];
        return number === undefined ? found : linkTo(number, conditions);
      }
      return linkTo(asked, conditions);
    },
    load(url, context, next) {
      const [, kind, number] = scheme.exec(url) ?? [];
      if (number === undefined) return next(url, context);
      const found = `globalThis.__selfsame.linked(${number})`;
      if (kind === 'require') return { format: 'commonjs', source: `module.exports = ${found};`, shortCircuit: true };
      return { format: 'module', source: namesOf(linked(Number(number)), found), shortCircuit: true };
    },
  };
}

/** An ES module with the exports of one that may be CommonJS. */
function namesOf(exported: unknown, found: string): string {
  const isObject = (typeof exported === 'object' || typeof exported === 'function') && exported !== null;
  const names = isObject ? Object.keys(exported).filter((name) => name !== 'default') : [];
  return [
    `const all = ${found};`,
    'export default all?.__esModule ? all.default : all;',
    ...names.map(
      (name, index) =>
        `const e${index} = all[${JSON.stringify(name)}]; export { e${index} as ${JSON.stringify(name)} };`,
    ),
  ].join('\n');
}
