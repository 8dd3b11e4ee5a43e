import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { globSync } from 'tinyglobby';
import { DeployError } from '../../shared/errors.ts';
import { slashed, type Project } from '../installed/project.ts';
import { asPattern } from './module-text.ts';

/** A line of the project's own sources. */
interface SourceLine {
  /** Relative to the root of the project. */
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** A line that reads in the working directory. */
interface ReadingLine extends SourceLine {
  /** Relative to the project's folder; undefined where the line does not say it alone. */
  readonly path: string | undefined;
}

/** What the project's own modules name by a place. */
export interface OwnFiles {
  /** Absolute paths. */
  readonly files: ReadonlySet<string>;
  /** Modules that are started by their place: threads and processes. */
  readonly modules: ReadonlySet<string>;
  /** Read relative to the working directory: found there at run time, or among `files` of the definition. */
  readonly relative: readonly ReadingLine[];
  /** Named by a place where nothing is. */
  readonly absent: readonly SourceLine[];
}

const quoted = String.raw`(?:'[^'\n]*'|"[^"\n]*"|\x60[^\x60$\n]*\x60)`;
const ownFolder = String.raw`(?:__dirname|import\.meta\.dirname|(?:\w+\.)?dirname\(\s*(?:__filename|filename|import\.meta\.filename|(?:\w+\.)?fileURLToPath\(\s*import\.meta\.url\s*\))\s*\))`;
const namedFolder = new RegExp(
  String.raw`\b(?:const|let|var)\s+([\w$]+)\s*(?::\s*string\s*)?=\s*${ownFolder}\s*(?:[;,\n]|$)`,
  'g',
);
const byUrl = new RegExp(String.raw`\bnew URL\(\s*(${quoted})\s*,\s*(?:import\.meta\.url|__filename)\s*,?\s*\)`, 'g');
const byWorkingDirectory = new RegExp(
  String.raw`\b(?:static|serveStatic|readFile(?:Sync)?|readdir(?:Sync)?|createReadStream|existsSync|stat(?:Sync)?|sendFile|opendir|access(?:Sync)?|set\('views',)\s*\(?\s*(${quoted})|\bprocess\.cwd\(\)|\b(?:root|directory|views)\s*:\s*(${quoted})`,
  'g',
);

/** How a module names files by the folder that it lies in, for which it may have a name of its own. */
function placePatterns(text: string) {
  const names = [...text.matchAll(namedFolder)].map(([, name = '']) => asPattern(name));
  const here = String.raw`(?:${['__dirname', String.raw`import\.meta\.dirname`, 'dirname', 'currentDir', ...names.map((name) => String.raw`(?<![\w$])${name}`)].join('|')})`;
  return {
    joined: new RegExp(String.raw`\b(?:join|resolve)\(\s*${here}((?:\s*,\s*${quoted})+)\s*,?\s*\)`, 'g'),
    added: new RegExp(String.raw`${here}\s*\+\s*(${quoted})`, 'g'),
    inTemplate: new RegExp(String.raw`\x60\$\{${here}\}(\/[^\x60$\n]*)\x60`, 'g'),
  };
}

/** @param own text of the project's own modules, by file. */
export function findOwnFiles(own: ReadonlyMap<string, string>, project: Project): OwnFiles {
  const [files, modules] = [new Set<string>(), new Set<string>()];
  const [relativeLines, absent]: [ReadingLine[], SourceLine[]] = [[], []];
  for (const [file, text] of [...own].toSorted(([one], [other]) => (one < other ? -1 : 1))) {
    const lineAt = (index: number): SourceLine => lineOf(text, index, slashed(relative(project.base, file)));
    const patterns = placePatterns(text);
    for (const pattern of [...Object.values(patterns), byUrl]) {
      for (const match of text.matchAll(pattern)) {
        const target = slashed(join(dirname(file), ...segmentsOf(match[1] ?? '', pattern === patterns.inTemplate)));
        if (!isInside(target, project)) continue;
        const source = sourceAt(target);
        if (source !== undefined) modules.add(source);
        else if (existsSync(target)) for (const each of filesBelow(target)) files.add(each);
        else absent.push(lineAt(match.index));
      }
    }
    for (const match of text.matchAll(byWorkingDirectory)) {
      const path = unquoted(match[1] ?? match[2] ?? '');
      if (
        match[0].includes('cwd') ||
        (path !== '' && !path.startsWith('/') && existsSync(join(project.folder, path)))
      ) {
        relativeLines.push({ ...lineAt(match.index), path: path === '' ? undefined : path });
      }
    }
  }
  return { files, modules, relative: relativeLines, absent };
}

/** True if one of some files, absolute, is a path of a project, or below it. */
export function areIn(path: string, files: readonly string[], { folder }: Pick<Project, 'folder'>): boolean {
  const target = slashed(join(folder, path)).replace(/\/$/, '');
  return files.some((file) => file === target || file.startsWith(`${target}/`));
}

/**
 * The files that a definition names.
 *
 * @param patterns relative to the project's folder, e.g. `public/**`; one that names a folder means all in it.
 * @throws {DeployError} `bad-usage` for a pattern that matches nothing, or leads out of the project.
 */
export function namedFiles(patterns: readonly string[], { folder }: Project): string[] {
  const found = patterns.flatMap((pattern) => {
    const isFolder = existsSync(join(folder, pattern)) && statSync(join(folder, pattern)).isDirectory();
    const files = globSync(isFolder ? `${pattern.replace(/\/+$/, '')}/**` : pattern, {
      cwd: folder,
      dot: true,
      absolute: true,
      expandDirectories: false,
    });
    if (files.length > 0 && files.every((file) => slashed(file).startsWith(`${folder}/`))) return files.map(slashed);
    throw new DeployError(
      'bad-usage',
      `Cannot carry "${pattern}": ${files.length > 0 ? 'it leads out of the project' : `nothing in ${folder} is named so`}`,
      {
        hint: 'Correct "files" in the definition: patterns are relative to the folder of package.json.',
      },
    );
  });
  return [...new Set(found)].toSorted();
}

/** A module's source, where its compiled name is asked for, too: `worker.js` of `worker.ts`. */
function sourceAt(target: string): string | undefined {
  if (!/\.[cm]?[jt]sx?$/.test(target)) return undefined;
  const named = [target, target.replace(/\.([cm]?)jsx?$/, '.$1ts'), target.replace(/\.jsx?$/, '.tsx')];
  return named.find((path) => existsSync(path) && statSync(path).isFile());
}

/** Hidden files stay at home: secrets are kept in them. */
function filesBelow(target: string): string[] {
  if (statSync(target).isFile()) return /(?:^|\/)\.[^/]*$/.test(target) ? [] : [target];
  return readdirSync(target, { withFileTypes: true }).flatMap((entry) =>
    entry.name.startsWith('.') || entry.name === 'node_modules' ? [] : filesBelow(`${target}/${entry.name}`),
  );
}

function isInside(target: string, { folder }: Project): boolean {
  return target.startsWith(`${folder}/`) && !target.includes('/node_modules/');
}

function segmentsOf(list: string, isPlain: boolean): string[] {
  return isPlain ? [list] : [...list.matchAll(new RegExp(quoted, 'g'))].map(([text]) => unquoted(text));
}

function unquoted(text: string): string {
  return text.slice(1, -1);
}

function lineOf(text: string, index: number, file: string): SourceLine {
  const start = text.lastIndexOf('\n', index) + 1;
  const end = text.indexOf('\n', index);
  return {
    file,
    line: text.slice(0, index).split('\n').length,
    text: text.slice(start, end === -1 ? undefined : end).trim(),
  };
}
