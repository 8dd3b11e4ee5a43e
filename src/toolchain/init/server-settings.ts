import { existsSync, statSync } from 'node:fs';
import { posix, resolve } from 'node:path';
import { pathIn, type OwnProject } from './project.ts';
import type { SourceFile } from './sources.ts';

const portPatterns = [
  /\bPORT\b['"\])]*[^\n;]{0,40}?(?:\|\||\?\?|,|:|default\()\s*['"]?(\d{2,5})\b/,
  /\.listen\(\s*(\d{2,5})\b/,
  /\b(?:port|PORT)\b['"]?\s*(?::\s*number\s*)?[:=]\s*['"]?(\d{2,5})\b/,
];

/** The port that the sources listen on unless told another; the most telling words win, not the first file. */
export function portIn(sources: readonly SourceFile[]): number | undefined {
  for (const pattern of portPatterns) {
    for (const { text } of sources) {
      const port = Number(pattern.exec(text)?.[1] ?? 0);
      if (port > 0 && port < 65536) return port;
    }
  }
  return undefined;
}

// Calls that take a path relative to the working directory.
const fileCalls = [
  /\b(?:static|serveStatic|koaStatic|serve|sirv|mount)\(\s*['"`]([^'"`\n]+)['"`]/g,
  /\.set\(\s*['"]views['"]\s*,\s*['"`]([^'"`\n]+)['"`]/g,
  /\b(?:root|directory|dir|views|path|templates)\s*:\s*['"`]([^'"`\n]+)['"`]/g,
  /\b(?:readFile|readFileSync|readdir|readdirSync|createReadStream|sendFile|existsSync|statSync)\(\s*['"`]([^'"`\n]+)['"`]/g,
  /\b(?:join|resolve)\(\s*process\.cwd\(\)\s*,\s*((?:['"`][^'"`\n]+['"`]\s*,?\s*)+)\)/g,
  /\bprocess\.cwd\(\)\s*\+\s*['"`]([^'"`\n]+)['"`]/g,
  /\bresolve\(\s*((?:['"`][^'"`\n]+['"`]\s*,?\s*)+)\)/g,
];

/**
 * Files that the sources name relative to the working directory, and that are there: a pod has no such folder, so they go
 * into the executable. What is named relative to the source file is found by the build itself.
 *
 * @returns patterns for `files`, e.g. `public/**`.
 */
export function filesIn(project: Pick<OwnProject, 'folder'>, sources: readonly SourceFile[]): readonly string[] {
  const named = sources.flatMap(({ text }) => [
    ...fileCalls.flatMap((call) => Array.from(text.matchAll(call), ([, words = '']) => pathOfWords(words))),
    // Express looks there on its own.
    ...(/\.set\(\s*['"]view engine['"]/.test(text) && !/\.set\(\s*['"]views['"]/.test(text) ? ['views'] : []),
  ]);
  return [...new Set(named.flatMap((path) => patternFor(project, path)))].toSorted();
}

function pathOfWords(words: string): string {
  return posix.join(...words.split(/['"`]\s*,?\s*['"`]?/).filter((word) => word !== ''));
}

function patternFor(project: Pick<OwnProject, 'folder'>, path: string): string[] {
  const absolute = resolve(project.folder, path);
  const inside = pathIn(project, absolute);
  const isOutside = inside === '' || inside.startsWith('..');
  if (isOutside || isBuilt(inside) || !existsSync(absolute)) return [];
  return [statSync(absolute).isDirectory() ? `${inside}/**` : inside];
}

/** Sources and settings are no assets. */
function isBuilt(path: string): boolean {
  return /^(?:src|lib|test|tests|node_modules|package\.json|tsconfig.*)$/.test(path) || /\.[cm]?[jt]sx?$/.test(path);
}
