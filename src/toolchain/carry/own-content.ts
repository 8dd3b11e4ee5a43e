import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { transform } from 'esbuild';

/** A module of TypeScript that is loaded by its place is carried as the JavaScript that it becomes. */
export async function ownContent(file: string): Promise<Uint8Array> {
  const content = await readFile(file);
  if (!/\.(?:[cm]?ts|[jt]sx)$/.test(file) || /\.d\.[cm]?ts$/.test(file)) return content;
  const loader = file.endsWith('x') ? (file.endsWith('.jsx') ? 'jsx' : 'tsx') : 'ts';
  return Buffer.from(
    (await transform(content.toString(), { loader, target: 'node26', sourcefile: basename(file) })).code,
  );
}
