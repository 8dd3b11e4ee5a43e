import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { callbackify } from 'node:util';
import { pathText } from './path-text.ts';
import { standIn } from './stand-in.ts';

type Copy = (...words: unknown[]) => Promise<void>;

/**
 * Lets a file of the executable be copied out of it, which Node.js refuses as it does between two disks.
 *
 * @param root where the executable's file system is mounted.
 */
export function copyFilesOutOf(root: string): void {
  const { copyFile, copyFileSync, cp, cpSync, promises } = fs;
  const [copyInside, treeInside] = [promises.copyFile.bind(promises), promises.cp.bind(promises)];
  const isInside = (path: unknown): boolean => pathText(path)?.startsWith(`${root}/`) === true;
  const isCopiedOut = (from: unknown, to: unknown): boolean => isInside(from) && !isInside(to);
  const flagFor = (mode?: number): string => (((mode ?? 0) & fs.constants.COPYFILE_EXCL) === 0 ? 'w' : 'wx');
  fs.copyFileSync = (from, to, mode) => {
    if (!isCopiedOut(from, to)) copyFileSync(from, to, mode);
    else fs.writeFileSync(to, fs.readFileSync(from), { flag: flagFor(mode) });
  };
  promises.copyFile = async (from, to, mode) => {
    if (!isCopiedOut(from, to)) return copyInside(from, to, mode);
    return promises.writeFile(to, await promises.readFile(from), { flag: flagFor(mode) });
  };
  promises.cp = async (from, to, options) =>
    isCopiedOut(from, to) ? copyTreeLater(from, to, options) : treeInside(from, to, options);
  fs.cpSync = (from, to, options) => (isCopiedOut(from, to) ? copyTree(from, to, options) : cpSync(from, to, options));
  const withCallback = <Real extends object>(real: Real, copy: Copy): Real =>
    standIn((...words: unknown[]): void => {
      const [done, ...given] = [words.at(-1) as fs.NoParamCallback, ...words.slice(0, -1)];
      if (!isCopiedOut(given[0], given[1])) Reflect.apply(real as () => void, fs, words);
      else callbackify(async () => copy(...given))(done);
    }, real) as Real;
  fs.copyFile = withCallback(copyFile, promises.copyFile as Copy);
  fs.cp = withCallback(cp, copyTreeLater as Copy);
  syncBuiltinESMExports();
}

/** As `cpSync`: https://nodejs.org/api/fs.html#fscpsyncsrc-dest-options */
function copyTree(from: string | URL, to: string | URL, options: fs.CopySyncOptions = {}): void {
  const [source, target] = [pathText(from) ?? '', pathText(to) ?? ''];
  if (options.filter?.(source, target) === false) return;
  if (!fs.statSync(source).isDirectory()) {
    const isKept = options.force === false && fs.existsSync(target);
    if (isKept && options.errorOnExist === true) throw copyError('ERR_FS_CP_EEXIST', `${target} already exists`);
    fs.mkdirSync(dirname(target), { recursive: true });
    if (!isKept) fs.copyFileSync(source, target, options.mode);
    return;
  }
  if (options.recursive !== true) throw copyError('ERR_FS_EISDIR', `${source} is a directory (not copied)`);
  fs.mkdirSync(target, { recursive: true });
  for (const name of fs.readdirSync(source)) copyTree(join(source, name), join(target, name), options);
}

/** As `cp`, whose filter may take its time. */
async function copyTreeLater(from: string | URL, to: string | URL, options: fs.CopyOptions = {}): Promise<void> {
  const [source, target] = [pathText(from) ?? '', pathText(to) ?? ''];
  const { filter, ...rest } = options;
  if ((await filter?.(source, target)) === false) return;
  if (filter === undefined || !fs.statSync(source).isDirectory() || options.recursive !== true) {
    copyTree(source, target, rest);
    return;
  }
  fs.mkdirSync(target, { recursive: true });
  for (const name of fs.readdirSync(source)) await copyTreeLater(join(source, name), join(target, name), options);
}

function copyError(code: string, reason: string): Error {
  return Object.assign(new Error(reason), { code });
}
