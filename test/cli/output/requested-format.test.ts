import { expect, it } from '@jest/globals';
import { requestedFormat } from '../../../src/cli/output/requested-format.ts';

it.each<[line: string, format: 'json' | 'yaml' | undefined]>([
  ['--kubernetes', undefined],
  ['--kubernetes --output json', 'json'],
  ['--output=yaml --local', 'yaml'],
  ['--output text', undefined],
  ['--output xml', undefined],
  ['--output', undefined],
  ['--output --kubernetes', undefined],
  ['--output json --output yaml', 'yaml'],
  ['--output json --frobnicate', 'json'],
  ['self status --output json', 'json'],
  ['self logs --tail 5 --output=json', 'json'],
  ['self frobnicate --output json', 'json'],
  ['self rebuild --output json', undefined],
  ['--kubernetes -- --output json', undefined],
])('requestedFormat() finds in "%s" the data that is asked for: %s', (line, format) => {
  expect(requestedFormat(line.split(' '))).toBe(format);
});
