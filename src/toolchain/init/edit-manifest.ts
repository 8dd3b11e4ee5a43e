import { applyEdits, modify, type FormattingOptions } from 'jsonc-parser';
import type { OwnProject } from './project.ts';

export interface ManifestAdditions {
  /** The name and the command of a script. */
  readonly script: readonly [name: string, command: string];
  /** The range of versions of selfsame that goes among the devDependencies, unless it is there. */
  readonly range: string;
}

/** package.json with what is missing in it; all else stays as it is, to the last space. */
export function editedManifest({ manifest, manifestText }: OwnProject, { script, range }: ManifestAdditions): string {
  const [name, command] = script;
  const additions: [path: string[], value: string][] = [];
  if (manifest.scripts?.[name] === undefined) additions.push([['scripts', name], command]);
  const isNeeded = manifest.dependencies?.['selfsame'] ?? manifest.devDependencies?.['selfsame'];
  if (isNeeded === undefined) additions.push([['devDependencies', 'selfsame'], range]);
  const formattingOptions = formattingOf(manifestText);
  return additions.reduce(
    (text, [path, value]) => applyEdits(text, modify(text, path, value, { formattingOptions })),
    manifestText,
  );
}

function formattingOf(text: string): FormattingOptions {
  const [, indent = '  '] = /\n([ \t]+)"/.exec(text) ?? [];
  const isTabs = indent.startsWith('\t');
  return { insertSpaces: !isTabs, tabSize: isTabs ? 1 : indent.length, eol: text.includes('\r\n') ? '\r\n' : '\n' };
}
