import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import ignore from 'ignore';

/**
 * The .gitignore of a folder with a line for a file, if git does not ignore that already.
 *
 * @param file absolute path below the folder.
 * @returns undefined if nothing has to be added, or this is no git repository.
 */
export function editedIgnored(folder: string, file: string): { before: string | undefined; after: string } | undefined {
  const parents = foldersUpTo(folder, '.git');
  if (parents === undefined || parents.some((parent) => ignores(parent, file))) return undefined;
  const before = readIfThere(join(folder, '.gitignore'));
  const text = before ?? '';
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const line = `/${relative(folder, file).split(sep).join('/')}`;
  return { before, after: `${text}${text === '' || text.endsWith('\n') ? '' : newline}${line}${newline}` };
}

/** A folder and those above it, to the first that has something. */
function foldersUpTo(folder: string, name: string): string[] | undefined {
  if (existsSync(join(folder, name))) return [folder];
  const above = dirname(folder) === folder ? undefined : foldersUpTo(dirname(folder), name);
  return above && [folder, ...above];
}

function ignores(folder: string, file: string): boolean {
  const rules = readIfThere(join(folder, '.gitignore'));
  return rules !== undefined && ignore().add(rules).ignores(relative(folder, file).split(sep).join('/'));
}

function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}
