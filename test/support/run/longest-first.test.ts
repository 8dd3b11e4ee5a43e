import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { longestFirst } from './longest-first.ts';

it('longestFirst() starts with the files that were measured, the longest first, then with the larger ones', () => {
  const table = JSON.parse(readFileSync(join(import.meta.dirname, 'seconds.json'), 'utf8')) as Record<string, number>;
  const measured = Object.entries(table).toSorted(([, one], [, other]) => other - one);
  const [longest = '', shortest = ''] = [measured[0]?.[0], measured.at(-1)?.[0]];
  const files = ['test/shared/nearest.test.ts', shortest, 'test/app/serve.test.ts', longest].map((path) => ({
    path: join(process.cwd(), path),
  }));
  const order = longestFirst(files).map(({ path }) => path.slice(process.cwd().length + 1));
  expect(order[0]).toBe(longest);
  expect(order.at(-1)).toBe('test/shared/nearest.test.ts');
});
