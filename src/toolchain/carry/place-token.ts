// Stands for a place in the executable until it is known where each package lies.
import { relative } from 'node:path';
import { packageOfFile } from '../installed/packages.ts';
import { slashed } from '../installed/project.ts';
import type { Layout } from '../installed/layout.ts';

const token = /"selfsame:([^"|]*)\|([^"]*)"/g;

/** @param file absolute. */
export function placeToken(file: string, base: string): string {
  const { key, path } = partsOf(file, base);
  return `selfsame:${key}|${path}`;
}

function partsOf(file: string, base: string): { key: string; path: string } {
  const of = packageOfFile(file);
  return of === undefined
    ? { key: '', path: slashed(relative(base, file)).replaceAll('../', '_/') }
    : { key: of.key, path: file.slice(of.folder.length + 1) };
}

/** The place of a file, relative to the root of the project. */
export function placeIn(layout: Layout, file: string, base: string): string {
  const { key, path } = partsOf(file, base);
  return placeOfParts(layout, key, path);
}

/** Replaces the tokens of a text by places. */
export function withPlaces(text: string, layout: Layout): string {
  return text.replaceAll(token, (_whole, key: string, path: string) => JSON.stringify(placeOfParts(layout, key, path)));
}

function placeOfParts(layout: Layout, key: string, path: string): string {
  if (key === '') return path;
  const [first = `node_modules/${key.slice(0, key.lastIndexOf('@'))}`] = layout.get(key) ?? [];
  return `${first}/${path}`;
}
