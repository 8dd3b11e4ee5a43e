import { globSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

// A room reaches its own files with './' and rooms to its left with '../'. A new room is placed here.
const order = 'shared app executable store kubernetes deploy cli'.split(' ');

it('rooms import only leftwards', () => {
  const uphill = globSync('src/*/**/*.ts').flatMap((file) => {
    const room = file.split('/')[1] ?? '';
    return [...readFileSync(file, 'utf8').matchAll(/(?:from|import)\s*\(?'\.\.\/([a-z]+)\//g)]
      .map(([, imported = '']) => imported)
      .filter((imported) => !order.slice(0, order.indexOf(room)).includes(imported))
      .map((imported) => `${file} imports ${imported}`);
  });
  expect(uphill).toEqual([]);
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
