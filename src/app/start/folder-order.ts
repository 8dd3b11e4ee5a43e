import fs, { type Dirent } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { resolve, sep } from 'node:path';
import { pathText } from './path-text.ts';

type Reader = (this: unknown, ...words: unknown[]) => unknown;

/**
 * Lists folders of the executable by name: Node.js has their files in no order, and programs that load all files of a folder do it in the order
 * in which they are listed.
 *
 * @param root where the executable's file system is mounted.
 */
export function listByName(root: string): void {
  const isInside = (path: unknown): boolean => {
    const text = pathText(path);
    return text !== undefined && resolve(text).startsWith(root + sep);
  };
  const [callbacks, promises] = [fs, fs.promises] as unknown as [Record<string, Reader>, Record<string, Reader>];
  const { readdir, readdirSync } = callbacks as { readdir: Reader; readdirSync: Reader };
  const readdirLater = promises['readdir'] as Reader;

  callbacks['readdirSync'] = function (path, ...rest) {
    const listed = Reflect.apply(readdirSync, this, [path, ...rest]);
    return isInside(path) ? byName(listed) : listed;
  };
  callbacks['readdir'] = function (path, ...rest) {
    const done = rest.at(-1);
    if (!isInside(path) || typeof done !== 'function') return Reflect.apply(readdir, this, [path, ...rest]);
    const ordered = (error: unknown, listed: unknown): unknown =>
      Reflect.apply(done, undefined, [error, byName(listed)]) as unknown;
    return Reflect.apply(readdir, this, [path, ...rest.slice(0, -1), ordered]);
  };
  promises['readdir'] = async function (path, ...rest) {
    const listed = await Reflect.apply(readdirLater, this, [path, ...rest]);
    return isInside(path) ? byName(listed) : listed;
  };
  syncBuiltinESMExports();
}

function byName(listed: unknown): unknown {
  if (!Array.isArray(listed)) return listed;
  const nameOf = (entry: string | Buffer | Dirent): string =>
    typeof entry === 'string' || Buffer.isBuffer(entry) ? String(entry) : entry.name;
  return (listed as (string | Buffer | Dirent)[]).sort((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1));
}
