import { describe, expect, it } from '@jest/globals';
import { parseWords } from '../../src/shared/parse-words.ts';

const specs = {
  output: { type: 'string', short: 'o' },
  wait: { type: 'boolean' },
} as const;

describe('parseWords()', () => {
  it('reads values and switches, by their letters too', () => {
    expect(parseWords(specs, ['-o', 'F', '--no-wait'], { strict: true }).values).toEqual({ output: 'F', wait: false });
  });

  it('refuses what is not in the table where it is strict', () => {
    expect(() => parseWords(specs, ['--other'], { strict: true })).toThrow("Unknown option '--other'");
  });

  it('has every word among the tokens where it is not', () => {
    const { tokens } = parseWords(specs, ['--other', '--no-wait', 'word'], { strict: false });
    expect(tokens.map((token) => (token.kind === 'option' ? token.rawName : token.kind))).toEqual([
      '--other',
      '--no-wait',
      'positional',
    ]);
  });
});
