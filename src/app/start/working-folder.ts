import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join, resolve, sep } from 'node:path';
import { pathText } from './path-text.ts';
import { standIn } from './stand-in.ts';

/**
 * Lets an application make a folder of the executable its working directory, as generated servers do: `process.chdir(__dirname)`.
 *
 * @param root where the executable's file system is mounted.
 */
export function visitFoldersOf(root: string): void {
  const [chdir, cwd] = [process.chdir.bind(process), process.cwd.bind(process)];
  let visited: string | undefined;
  process.chdir = (folder) => {
    const path = resolve(folder);
    const isInside = path === root || path.startsWith(root + sep);
    if (!isInside) chdir(folder);
    visited = isInside ? path : undefined;
  };
  process.cwd = () => visited ?? cwd();
}

const reading = [
  'access',
  'copyFile',
  'cp',
  'exists',
  'lstat',
  'open',
  'opendir',
  'readFile',
  'readdir',
  'realpath',
  'stat',
] as const;

/**
 * Lets carried files be read relative to the working directory, as in `express.static('public')`. What the executable carries wins over what lies there, so that the same bytes
 * serve the same files everywhere; all else, and whatever is written, stays where it is.
 *
 * @param folder of the project, in the executable's file system.
 * @param carried paths relative to it.
 */
export function readCarriedFiles(folder: string, carried: readonly string[]): void {
  const known = new Set<string>();
  for (const path of carried) {
    const names = path.split('/');
    for (let length = names.length; length > 0; length -= 1) known.add(names.slice(0, length).join('/'));
  }
  const here = process.cwd().replace(/[/\\]$/, '');
  const carriedPath = (path: unknown): unknown => {
    const text = pathText(path);
    if (text === undefined) return path;
    const absolute = resolve(text);
    if (!absolute.startsWith(here + sep)) return path;
    const inside = absolute
      .slice(here.length + 1)
      .split(sep)
      .join('/');
    return known.has(inside) ? join(folder, inside) : path;
  };

  type AnyFunction = (this: unknown, ...words: unknown[]) => unknown;
  const wrap = (of: Record<string, unknown>, name: string): void => {
    const real = of[name] as AnyFunction | undefined;
    if (real === undefined) return;
    const isOpening = /^open(?:Sync)?$/.test(name);
    const wrapped: AnyFunction = function (path, ...rest) {
      const writes =
        isOpening && typeof rest[0] === 'string'
          ? /[wa+]/.test(rest[0])
          : isOpening && typeof rest[0] === 'number' && rest[0] !== 0;
      return Reflect.apply(real, this, [writes ? path : carriedPath(path), ...rest]);
    };
    of[name] = standIn(wrapped, real);
  };
  const [callbacks, promises] = [fs, fs.promises];
  for (const name of reading) {
    wrap(callbacks, name);
    wrap(callbacks, `${name}Sync`);
    wrap(promises, name);
  }
  wrap(callbacks, 'createReadStream');
  syncBuiltinESMExports();
}
