import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isSourceName } from '../installed/project.ts';

/** The endings of source files, those that the user writes first. */
export const sourceEndings = ['ts', 'mts', 'cts', 'tsx', 'js', 'mjs', 'cjs', 'jsx'] as const;

/** One file of an application, by its absolute path. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Relative specifiers of its imports, as they are written. */
  readonly imports: readonly string[];
}

const limit = 300;

/**
 * The files of an application that its entry reaches by relative imports, itself first. Found by patterns: what it guesses wrong, the
 * user sees in the difference before anything is written.
 *
 * @param entry absolute path.
 */
export function reachableSources(entry: string): readonly SourceFile[] {
  const found = new Map<string, SourceFile>();
  const open = [entry];
  for (let path = open.shift(); path !== undefined && found.size < limit; path = open.shift()) {
    if (found.has(path)) continue;
    const file = readSource(path);
    found.set(path, file);
    for (const specifier of file.imports) {
      const imported = resolveSource(resolve(dirname(path), specifier));
      if (imported !== undefined && !imported.includes('node_modules')) open.push(imported);
    }
  }
  return [...found.values()];
}

function readSource(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const words = text.matchAll(
    /(?:\bfrom|\bimport|\brequire|\bimport\s*\(|\brequire\s*\()\s*\(?\s*['"`](\.{1,2}\/[^'"`\n]*)['"`]/g,
  );
  return { path, text, imports: [...new Set(Array.from(words, ([, specifier = '']) => specifier))] };
}

/**
 * The source file that a path means: the path itself, with an ending, the TypeScript behind a `.js`, or the index of a folder.
 *
 * @param path absolute.
 */
export function resolveSource(path: string): string | undefined {
  const stem = path.replace(/\.([cm]?)jsx?$/, '');
  const kind = /\.([cm]?)jsx?$/.exec(path)?.[1] ?? '';
  const candidates = [
    path,
    ...(stem === path ? [] : [`${stem}.${kind}ts`, `${stem}.tsx`]),
    ...sourceEndings.map((ending) => `${path}.${ending}`),
    ...sourceEndings.map((ending) => join(path, `index.${ending}`)),
  ];
  return candidates.find((candidate) => isSource(candidate));
}

function isSource(path: string): boolean {
  if (!existsSync(path) || !statSync(path).isFile()) return false;
  return isSourceName(path) || /^#!.*\bnode\b|\brequire\(|^import\s/m.test(readFileSync(path, 'utf8').slice(0, 2000));
}

/** True if a file has a server listen, in any of the frameworks' words. */
export function startsServer({ text }: SourceFile): boolean {
  return /\.listen\(|\bserve\(|\bstartStandaloneServer\(|\bcreateServer\(/.test(text);
}

/** True if a file defines an application of selfsame. */
export function definesApplication(text: string): boolean {
  return /(?:from|require\()\s*['"]selfsame['"]/.test(text) && /\bselfsame\(/.test(text);
}
