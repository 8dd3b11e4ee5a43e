import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

// Each room may import from those to its left. What lies directly in a room comes after its sub-rooms.
const rooms: Readonly<Record<string, readonly string[]>> = {
  src: 'shared app executable toolchain store platforms deploy cli'.split(' '),
  'src/platforms/kubernetes': 'api manifest apply pods secret-store logs diagnose rollout'.split(' '),
};

const files = globSync('{src,runner,scripts,test,bench}/**/*.{ts,mjs}').toSorted();
const imports = new Map(files.map((file) => [file, importsOf(file)]));

describe('imports', () => {
  it.each(Object.entries(rooms))('of %s flow one way', (room, order) => {
    const placeOf = (file: string): number => {
      const [folder = '', ...rest] = file.slice(room.length + 1).split('/');
      return rest.length === 0 ? order.length : order.indexOf(folder);
    };
    const inside = files.filter((file) => file.startsWith(`${room}/`));
    expect(inside.filter((file) => placeOf(file) === -1)).toEqual([]);
    const uphill = inside.flatMap((file) =>
      (imports.get(file) ?? [])
        .filter((imported) => imported.startsWith(`${room}/`) && placeOf(imported) > placeOf(file))
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
