import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { commands } from '../../../src/cli/commands/commands.ts';
import { commandWords } from '../../../src/cli/flags/command-shape.ts';
import { commandsPage } from '../../../src/cli/reference/command-pages.ts';

const root = join(import.meta.dirname, '../../..');

describe('commands', () => {
  it('has every command that a file declares', () => {
    const declared = globSync(join(root, 'src/cli/commands/**/*.ts')).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(/= command\(\{\s*name: '([a-z-]+)'/g)].map(([, name = '']) => name),
    );
    expect(commands.map(({ name }) => name).toSorted()).toEqual(declared.toSorted());
    expect(new Set(declared).size).toBe(declared.length);
  });

  it.each(commands)('$name has all that help and the reference need', (command) => {
    const { name, describe: line, does, examples, schema, flags, positionals } = command;
    expect(line).toMatch(/^[A-Z].*[^.]$/);
    expect(does).toMatch(/^[a-z`].*[^.]$/);
    expect(examples.length).toBeGreaterThan(0);
    for (const [words, what] of examples)
      expect([words.split(' ')[0], what]).toEqual([name, expect.stringMatching(/./)]);
    if (schema !== undefined) expect(globSync(join(root, `schema/${schema}.schema.json`))).toHaveLength(1);
    expect(Object.keys(flags).filter((flag) => flag in positionals)).toEqual([]);
    expect(commandsPage()).toContain(`## self ${name}\n\n\`./hello-world self ${commandWords(command)}\``);
  });

  it('prints a schema wherever it takes --output json', () => {
    const withData = commands.filter(
      ({ flags, takesDeployFlags }) => flags['output']?.choices !== undefined || takesDeployFlags,
    );
    expect(withData.filter(({ schema }) => schema === undefined)).toEqual([]);
  });

  it('declares no flag twice: one that several take is the same, or only means something else', () => {
    const all = commands.flatMap(({ name, flags }) =>
      Object.entries(flags).map(([flag, { type }]) => ({ name, flag, type })),
    );
    for (const [flag, uses] of Map.groupBy(all, (use) => use.flag)) {
      expect([flag, new Set(uses.map(({ type }) => type)).size]).toEqual([flag, 1]);
    }
  });
});
