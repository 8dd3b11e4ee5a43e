// Files that an application reads relative to its working directory, as it did while it was developed: `express.static('public')`.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const reading = ['access', 'exists', 'lstat', 'open', 'opendir', 'readFile', 'readdir', 'realpath', 'stat'] as const;

/**
 * Lets carried files be read relative to the working directory. What the executable carries wins over what lies there, so that the same bytes
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
    const text = path instanceof URL && path.protocol === 'file:' ? fileURLToPath(path) : path;
    if (typeof text !== 'string') return path;
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
    of[name] = Object.assign(wrapped, real);
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
