import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

// A folder or file may import those to its left, and none that stands beside it with a bar. What is not named in a room has the
// dot's place; where there is no dot, the last.
const rooms: Readonly<Record<string, readonly string[]>> = {
  src: 'shared app executable toolchain|store platforms deploy cli'.split(' '),
  'src/platforms/kubernetes': 'api manifest apply pods secret-store logs diagnose rollout'.split(' '),
  'src/store': '. azure s3 file link-end.ts open.ts'.split(' '),
  'src/executable': 'format runtimes .'.split(' '),
  'src/platforms': 'kubernetes|local'.split(' '),
  'src/deploy': 'plan preflight .'.split(' '),
  'src/cli': 'terminal output flags completion context commands .'.split(' '),
};

const files = globSync('{src,runner,scripts,test,bench}/**/*.{ts,mjs}').toSorted();
const imports = new Map(files.map((file) => [file, importsOf(file)]));

describe('imports', () => {
  it.each(Object.entries(rooms))('of %s flow one way', (room, order) => {
    const levels = order.map((names) => names.split('|'));
    const dot = order.includes('.') ? order.indexOf('.') : order.length;
    const placeOf = (file: string): { name: string; level: number } => {
      const [name = '', ...rest] = file.slice(room.length + 1).split('/');
      const level = levels.findIndex((names) => names.includes(name));
      return level === -1 && rest.length === 0 ? { name: '.', level: dot } : { name, level };
    };
    const inside = files.filter((file) => file.startsWith(`${room}/`));
    expect(inside.filter((file) => placeOf(file).level === -1)).toEqual([]);
    const mayImport = (file: string, imported: string): boolean => {
      const [from, to] = [placeOf(file), placeOf(imported)];
      return to.level < from.level || to.name === from.name;
    };
    const uphill = inside.flatMap((file) =>
      (imports.get(file) ?? [])
        .filter((imported) => imported.startsWith(`${room}/`) && !mayImport(file, imported))
        .map((imported) => `${file} imports ${imported}`),
    );
    expect(uphill).toEqual([]);
  });
});

it('app/ loads no package, so that a pod pays for nothing it does not use', () => {
  const packages = globSync('src/{app,shared}/**/*.ts').flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(/from '([^.'][^']*)'/g)]
      .map(([, name = '']) => name)
      .filter((name) => !name.startsWith('node:'))
      .map((name) => `${file} imports ${name}`),
  );
  expect(packages).toEqual([]);
});

/** The files of ours that a file imports, types too, by their path from the root. */
function importsOf(file: string): string[] {
  const words = readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...words].map(([, path = '']) => join(dirname(file), path));
}
