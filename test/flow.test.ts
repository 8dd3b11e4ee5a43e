import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

// What may be imported, from left to right: a folder or file imports those to its left, and none that stands beside it with a bar.
// A file that is not named has the dot's place; where there is no dot, the last.
const rooms: Readonly<Record<string, readonly string[]>> = {
  src: 'shared app executable toolchain|store platforms deploy cli'.split(' '),
  'src/executable': 'format runtimes packages'.split(' '),
  'src/toolchain': 'installed carry inject init . dev commands'.split(' '),
  'src/store': '. azure|s3|file open.ts'.split(' '),
  'src/platforms': '. kubernetes|local'.split(' '),
  'src/platforms/kubernetes': 'api manifest apply pods cluster-store logs diagnose rollout evidence'.split(' '),
  'src/deploy': 'plan preflight'.split(' '),
  'src/cli': 'terminal output flags completion context deploying commands reference'.split(' '),
  bench: 'tools routes suites'.split(' '),
  // The root folders themselves.
  '': 'src runner|scripts test/support test bench'.split(' '),
};

// The samples are projects of strangers.
const files = globSync('{src,runner,scripts,test,bench}/**/*.{ts,mjs,cjs}', {
  exclude: ['test/applications/{samples,survey}/**'],
}).toSorted();
const imports = new Map(files.map((file) => [file, importsOf(file)]));

describe('imports', () => {
  it.each(Object.entries(rooms))('of "%s" flow one way', (room, order) => {
    const inRoom = room === '' ? '' : `${room}/`;
    const levels = order.map((names) => names.split('|'));
    const dot = order.includes('.') ? order.indexOf('.') : order.length;
    const placeOf = (file: string): { name: string; level: number } => {
      const path = file.slice(inRoom.length);
      const named = levels.flatMap((names, level) => names.map((name) => ({ name, level })));
      const place = named.find(({ name }) => path === name || path.startsWith(`${name}/`));
      return place ?? { name: '.', level: path.includes('/') ? -1 : dot };
    };
    const inside = files.filter((file) => file.startsWith(inRoom));
    expect(inside.filter((file) => placeOf(file).level === -1)).toEqual([]);
    const mayImport = (file: string, imported: string): boolean => {
      const [from, to] = [placeOf(file), placeOf(imported)];
      return to.level < from.level || to.name === from.name;
    };
    const uphill = inside.flatMap((file) =>
      (imports.get(file) ?? [])
        .filter((imported) => imported.startsWith(inRoom) && !mayImport(file, imported))
        .map((imported) => `${file} imports ${imported}`),
    );
    expect(uphill).toEqual([]);
  });

  it('go round in no circle, types too', () => {
    const done = new Set<string>();
    const circleFrom = (file: string, path: readonly string[]): readonly string[] | undefined => {
      if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
      if (done.has(file)) return undefined;
      for (const imported of imports.get(file) ?? []) {
        const circle = circleFrom(imported, [...path, file]);
        if (circle !== undefined) return circle;
      }
      done.add(file);
      return undefined;
    };
    expect(files.flatMap((file) => circleFrom(file, [])?.join(' -> ') ?? [])).toEqual([]);
  });
});

describe('the house', () => {
  it('has no folder of src and bench with more than 24 files', () => {
    const counts = Map.groupBy(
      files.filter((file) => /^(src|bench)\//.test(file)),
      (file) => dirname(file),
    );
    expect([...counts].filter(([, inside]) => inside.length > 24).map(([folder]) => folder)).toEqual([]);
  });

  it('gives an exported name one meaning', () => {
    const exported = files.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(exportedName)].map(([, name = '']) => ({ name, file })),
    );
    const shared = [...Map.groupBy(exported, ({ name }) => name)].filter(([, places]) => places.length > 1);
    expect(shared.map(([name, places]) => [name, ...places.map(({ file }) => file)].join(' '))).toEqual([]);
  });
});

const exportedName = /^export (?:async )?(?:function\*?|const|class|interface|type) ([\w$]+)/gm;

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
