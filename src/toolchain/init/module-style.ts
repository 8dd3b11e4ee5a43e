import { readdirSync, readFileSync } from 'node:fs';
import { dirname, extname, join, posix } from 'node:path';
import type { OwnProject } from './project.ts';
import { isSourceName } from '../installed/project.ts';
import type { SourceFile } from './sources.ts';

/** How a new file beside the entry is to be written, so that it fits the project. */
export interface ModuleStyle {
  /** Of the new file, e.g. `.ts`. */
  readonly ending: string;
  /** How it imports: as a module, by `require`, or by TypeScript's `import x = require()`. */
  readonly form: 'import' | 'require' | 'import-require';
  /** What it imports the entry as, e.g. `./main.js`. */
  readonly specifier: string;
  readonly isTypeScript: boolean;
}

export function moduleStyle(project: OwnProject, entry: SourceFile): ModuleStyle {
  const own = extname(entry.path);
  const isTypeScript = /^\.[cm]?tsx?$/.test(own);
  const ending = own === '' ? '.js' : own.replace('x', '');
  const isModule = isModuleFile(project, entry, ending);
  const isVerbatim = project.compilerOptions?.verbatimModuleSyntax === true;
  const form = isTypeScript ? (!isModule && isVerbatim ? 'import-require' : 'import') : isModule ? 'import' : 'require';
  const stem = posix.basename(entry.path.replaceAll('\\', '/'), own);
  const specifier = `./${stem}${isTypeScript ? importEnding(project, entry, { own, isModule }) : own}`;
  return { ending, form, specifier, isTypeScript };
}

/** Whether Node.js takes the new file for an ES module. */
function isModuleFile({ manifest }: OwnProject, { text }: SourceFile, ending: string): boolean {
  if (ending.startsWith('.m')) return true;
  if (ending.startsWith('.c')) return false;
  if (manifest.type !== undefined) return manifest.type === 'module';
  // Without a type it is what its syntax is: bundlers, and Node.js from 22.7 on.
  return ending === '.js' && /^(?:import\s[^(]|export\s)/m.test(text);
}

/** How files of this project name another one that is TypeScript. */
function importEnding(
  { folder, compilerOptions = {} }: OwnProject,
  entry: SourceFile,
  { own, isModule }: { readonly own: string; readonly isModule: boolean },
): string {
  const asBuilt = own.replace('tsx', 'js').replace('ts', 'js');
  const { allowImportingTsExtensions, rewriteRelativeImportExtensions } = compilerOptions;
  const mayNameSource = allowImportingTsExtensions === true || rewriteRelativeImportExtensions === true;
  const module = `${compilerOptions.moduleResolution ?? ''} ${compilerOptions.module ?? ''}`.toLowerCase();
  const isNodes = /\bnode(?:16|18|20|next)\b/.test(module);
  const used = endingsUsed(folder, entry);
  if (used === 'source' && (mayNameSource || module.trim() === '')) return own;
  if (used === 'built') return asBuilt;
  // TypeScript asks for an ending in import(), also of CommonJS files, where it resolves as Node.js does.
  if (used === 'none' && !isNodes) return own.startsWith('.tsx') || own === '.ts' ? '' : asBuilt;
  if (mayNameSource || module.trim() === '') return own;
  return isNodes || isModule ? asBuilt : '';
}

/** What most relative imports in the entry and the files beside it end in. */
function endingsUsed(folder: string, { path, imports }: SourceFile): 'source' | 'built' | 'none' | undefined {
  const beside = readdirSync(dirname(path) || folder).filter((name) => isSourceName(name));
  const texts = beside.slice(0, 50).map((name) => readFileSync(join(dirname(path), name), 'utf8'));
  const others = texts.flatMap((text) =>
    Array.from(text.matchAll(/\bfrom\s*['"](\.{1,2}\/[^'"]+)['"]/g), ([, specifier = '']) => specifier),
  );
  const counts = { source: 0, built: 0, none: 0 };
  for (const specifier of [...imports, ...others]) {
    if (/\.[cm]?tsx?$/.test(specifier)) counts.source += 1;
    else if (/\.[cm]?jsx?$/.test(specifier)) counts.built += 1;
    else if (!specifier.endsWith('.json')) counts.none += 1;
  }
  const most = (['source', 'built', 'none'] as const).toSorted((one, other) => counts[other] - counts[one])[0];
  return most === undefined || counts[most] === 0 ? undefined : most;
}
