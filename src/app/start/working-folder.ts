import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join, resolve, sep } from 'node:path';
import { callbackify } from 'node:util';
import { pathText } from './path-text.ts';

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

/**
 * Lets a file of the executable be copied out of it, which Node.js refuses as it does between two disks.
 *
 * @param root where the executable's file system is mounted.
 */
export function copyFilesOutOf(root: string): void {
  const { copyFile, copyFileSync, promises } = fs;
  const copyInside = promises.copyFile.bind(promises);
  const isCopiedOut = (from: unknown, to: unknown): boolean =>
    String(from).startsWith(`${root}/`) && !String(to).startsWith(`${root}/`);
  const flagFor = (mode?: number): string => (((mode ?? 0) & fs.constants.COPYFILE_EXCL) === 0 ? 'w' : 'wx');
  fs.copyFileSync = (from, to, mode) => {
    if (!isCopiedOut(from, to)) copyFileSync(from, to, mode);
    else fs.writeFileSync(to, fs.readFileSync(from), { flag: flagFor(mode) });
  };
  promises.copyFile = async (from, to, mode) => {
    if (!isCopiedOut(from, to)) return copyInside(from, to, mode);
    return promises.writeFile(to, await promises.readFile(from), { flag: flagFor(mode) });
  };
  const withCallback = (from: fs.PathLike, to: fs.PathLike, ...rest: unknown[]): void => {
    const [mode, done] = [rest.length > 1 ? Number(rest[0]) : 0, rest.at(-1) as fs.NoParamCallback];
    if (!isCopiedOut(from, to)) copyFile(from, to, mode, done);
    else callbackify(async () => promises.copyFile(from, to, mode))(done);
  };
  fs.copyFile = Object.assign(withCallback, copyFile);
  syncBuiltinESMExports();
}

const reading = ['access', 'exists', 'lstat', 'open', 'opendir', 'readFile', 'readdir', 'realpath', 'stat'] as const;

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
