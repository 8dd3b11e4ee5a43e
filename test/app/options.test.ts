import { describe, expect, it } from '@jest/globals';
import { parseKnownOptions, parseOptions } from '../../src/app/options.ts';

const specs = {
  http: { type: 'string', default: ':8080', describe: 'Address' },
  token: { type: 'string', describe: 'No default' },
  workers: { type: 'number', default: 2, describe: 'How many' },
  ratio: { type: 'number', describe: 'No default' },
  verbose: { type: 'boolean', describe: 'More' },
  cache: { type: 'boolean', default: true, describe: 'Keep' },
} as const;

describe('parseOptions()', () => {
  it('gives defaults, false for a boolean without one, and undefined for the rest', () => {
    expect(parseOptions(specs, [])).toEqual({
      http: ':8080',
      token: undefined,
      workers: 2,
      ratio: undefined,
      verbose: false,
      cache: true,
    });
  });

  it('reads each type, with a space or "="', () => {
    const words = ['--http', ':9', '--token=a=b', '--workers', '7', '--ratio=-0.5', '--verbose', '--no-cache'];
    expect(parseOptions(specs, words)).toEqual({
      http: ':9',
      token: 'a=b',
      workers: 7,
      ratio: -0.5,
      verbose: true,
      cache: false,
    });
  });

  it('keeps what looks like a number in a string', () => {
    expect(parseOptions(specs, ['--token', '007'])).toMatchObject({ token: '007' });
  });

  it.each([
    [['--frobnicate'], 'Unknown option "--frobnicate"'],
    [['-x'], 'Unknown option "-x"'],
    [['--no-http'], 'Unknown option "--no-http"'],
    [['extra'], 'Unexpected argument "extra"'],
    [['--http'], 'Option "--http <value>" argument missing'],
    [['--verbose=yes'], 'Option "--verbose" does not take an argument'],
    [['--ratio', '-1'], 'Option "--ratio" argument is ambiguous'],
    [['--workers', 'many'], 'Cannot read --workers "many" as a number'],
    [['--workers='], 'Cannot read --workers "" as a number'],
    [['--workers', ' '], 'Cannot read --workers " " as a number'],
    [['--workers', 'Infinity'], 'Cannot read --workers "Infinity" as a number'],
  ])('refuses %j in one line', (words, message) => {
    expect(() => parseOptions(specs, words)).toThrow(
      expect.objectContaining({ code: 'bad-usage', message, hint: expect.stringMatching(/^\S.*\.$/) }),
    );
  });
});

describe('parseKnownOptions()', () => {
  it('reads what is in the table, and leaves the rest to the application', () => {
    const words = ['build', '--http=:9', '--times', '3', '-x', '--no-cache', '--workers', '7', '--', '--token'];
    expect(parseKnownOptions(specs, words)).toMatchObject({ http: ':9', workers: 7, cache: false, token: undefined });
  });

  it.each([
    [['--kubernets'], 'Unknown option "--kubernets"'],
    [['--workers', 'many'], 'Cannot read --workers "many" as a number'],
  ])('refuses %j', (words, message) => {
    expect(() => parseKnownOptions(specs, words)).toThrow(expect.objectContaining({ code: 'bad-usage', message }));
  });
});
