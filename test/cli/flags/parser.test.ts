import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { describeFlag, optionsOf } from '../../../src/cli/flags/parser.ts';

describe('the command line', () => {
  it.each([
    [/^import yargs\b/m, 'src/cli/flags/parser.ts'],
    [/^import \{[^}]*\bparseArgs\b/m, 'src/shared/parse-words.ts'],
  ])('is read by %s in one place', (loads, place) => {
    const readers = globSync('{src,runner}/**/*.ts').filter((file) => loads.test(readFileSync(file, 'utf8')));
    expect(readers).toEqual([place]);
  });
});

describe('describeFlag()', () => {
  it('adds that a flag may be repeated, and its default', () => {
    expect(describeFlag({ type: 'string', describe: 'How many', default: '1' })).toBe('How many (default: 1)');
    expect(describeFlag({ type: 'list', describe: 'A label' })).toBe('A label; may be repeated');
    expect(describeFlag({ type: 'boolean', describe: 'Wait', default: true })).toBe('Wait');
  });
});

describe('optionsOf()', () => {
  it('gives yargs all that the table says', () => {
    const options = optionsOf({
      yes: { type: 'boolean', describe: 'Do not ask' },
      env: { type: 'list', value: 'K=V', describe: 'Environment' },
      output: { type: 'string', short: 'o', required: true, choices: ['a', 'b'], describe: 'File' },
    });
    expect(options).toEqual({
      yes: { type: 'boolean', describe: 'Do not ask' },
      env: { type: 'string', array: true, requiresArg: true, describe: 'Environment; may be repeated [K=V]' },
      output: {
        type: 'string',
        requiresArg: true,
        alias: 'o',
        demandOption: true,
        choices: ['a', 'b'],
        describe: 'File',
      },
    });
  });
});
