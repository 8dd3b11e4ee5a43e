import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { commandsPage, commandTable, flagsPage } from './command-pages.ts';
import { jsonPage, type JsonSchema } from './json-page.ts';
import { environmentPage, errorsPage, rightsTable, statusTable } from './table-pages.ts';

/**
 * What is made from the tables of the code: the pages of docs/reference, and the README with its tables.
 *
 * @param root the folder of the repository.
 * @returns the texts by their paths in the repository.
 */
export function referenceOf(root: string): Record<string, string> {
  const schemas = globSync(join(root, 'schema/*.schema.json'))
    .toSorted()
    .map((path) => [basename(path, '.schema.json'), JSON.parse(readFileSync(path, 'utf8')) as JsonSchema] as const);
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  return {
    'docs/reference/commands.md': commandsPage(),
    'docs/reference/flags.md': flagsPage(),
    'docs/reference/environment.md': environmentPage(),
    'docs/reference/error-codes.md': errorsPage(),
    'docs/reference/json.md': jsonPage(Object.fromEntries(schemas)),
    'README.md': [
      ['commands', commandTable()] as const,
      ['exit statuses', statusTable()] as const,
      ['rights', rightsTable()] as const,
    ].reduce((text, [name, block]) => withBlock(text, name, block), readme),
  };
}

/** README.md's text with another block between its two comments; throws where it has none. */
function withBlock(text: string, name: string, block: string): string {
  const [begin, end] = [`<!-- ${name}, made by npm run reference -->\n`, `\n<!-- end of ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < 0) throw new Error(`README.md has no place for its ${name}: ${begin.trim()} ... ${end.trim()}`);
  return `${text.slice(0, from + begin.length)}\n${block}\n${text.slice(to)}`;
}

/** The files that are not as they would be made. */
export function staleIn(root: string): string[] {
  return Object.entries(referenceOf(root)).flatMap(([path, text]) =>
    readOrEmpty(join(root, path)) === text ? [] : path,
  );
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
