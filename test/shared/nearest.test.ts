import { expect, it } from '@jest/globals';
import { flagTable } from '../../src/shared/flags.ts';
import { nearest } from '../../src/shared/nearest.ts';

it.each([
  ['replcas', 'replicas'],
  ['repilcas', 'replicas'],
  ['replicass', 'replicas'],
  ['name-space', 'namespace'],
  ['rep', 'replicas'],
  ['nmae', 'name'],
  ['dryrun', 'dry-run'],
  ['frobnicate', undefined],
  ['x', undefined],
  ['', undefined],
])('nearest("%s") among the flags is %s', (typed, meant) => {
  expect(nearest(typed, Object.keys(flagTable))).toBe(meant);
});
