import { describe, expect, it } from '@jest/globals';
import { readFlags } from '../../../src/cli/flags/command-line.ts';
import { ourFlagNames, splitArguments } from '../../../src/shared/flags.ts';

describe('readFlags()', () => {
  it('reads every type of flag as it was typed', () => {
    expect(read('--kubernetes', '--replicas', '05', '--no-wait', '--output', 'yaml', '--name=7')).toEqual({
      kubernetes: true,
      replicas: '05',
      wait: false,
      output: 'yaml',
      name: '7',
    });
  });

  it('leaves a value as it is, whatever it looks like', () => {
    const values = ['A=1', 'B="quoted"', 'C=--local', 'D=', 'E.f=a=b', '__proto__=x', 'G=two\nlines'];
    expect(read(...values.map((value) => `--env=${value}`))).toEqual({ env: values });
    expect(read('--env', 'A=1', '--env', '-x', '--local')).toEqual({ env: ['A=1', '-x'], local: true });
  });

  it.each([
    [['--replicas'], '--replicas needs a value'],
    [['--replicas', '--local'], '--replicas needs a value'],
    [['--name='], '--name needs a value'],
    [['--env', ''], '--env needs a value'],
    [['--output', 'xml'], 'Cannot use --output "xml"'],
    [['--wait=no'], '--wait takes no value'],
    [['--no-wait=yes'], '--wait takes no value'],
    [['--name', 'a', '--name', 'b'], '--name was given twice'],
    [['--output', 'json', '--output', 'json'], '--output was given twice'],
  ])('refuses %j in one line', (words, message) => {
    expect(() => read(...words)).toThrow(
      expect.objectContaining({ code: 'bad-usage', message, hint: expect.stringMatching(/^\S.*\.$/) }),
    );
  });

  it('takes a switch that is given twice for one', () => {
    expect(read('--local', '--local')).toEqual({ local: true });
  });
});

/** As a user types them; without what is not given. */
function read(...words: string[]): Record<string, unknown> {
  const given = Object.entries(readFlags(splitArguments(words).ownArgs));
  return Object.fromEntries(given.filter(([name, value]) => ourFlagNames.has(name) && value !== undefined));
}
