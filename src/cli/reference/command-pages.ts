import type { Flag } from '../../shared/flag.ts';
import { flagTable } from '../../shared/flags.ts';
import { commands } from '../commands/commands.ts';
import type { Command } from '../context/command.ts';
import { commandWords, type Example } from '../flags/command-shape.ts';
import { describeFlag } from '../flags/parser.ts';
import { usages } from '../flags/usages.ts';
import { code, page, sentence, table } from './markdown.ts';

/** The executable in examples. */
const program = './hello-world';

/** What can be typed, in two columns: for the README and the first lines of its page. */
export function commandTable(): string {
  const rows = [
    ...usages.map(({ words, does }) => [words, does] as const),
    ...commands.map((command) => [`self ${command.usage ?? commandWords(command)}`, command.does] as const),
  ];
  return table(
    ['type', 'and it'],
    rows.map(([words, does]) => [code(`${program} ${words}`.trim()), does]),
  );
}

export function commandsPage(): string {
  const about =
    'What an executable does, with `hello-world` for its name. Flags are described in [flags.md](flags.md), what `--output json` prints in [json.md](json.md).';
  return page('Commands', about, [commandTable(), ...commands.map(commandSection)]);
}

function commandSection(command: Command): string {
  const { name, does, positionals, flags: own, takesDeployFlags, examples, schema } = command;
  const words = Object.entries<Flag>(positionals);
  const listed = Object.entries(own);
  const blocks = [
    `## self ${name}`,
    code(`${program} self ${commandWords(command)}`),
    sentence(does),
    ...(words.length === 0
      ? []
      : [words.map(([word, flag]) => `- ${code(word)}: ${sentence(describeFlag(flag))}`).join('\n')]),
    ...(listed.length === 0 ? [] : [flagRows(listed)]),
    ...(takesDeployFlags === true
      ? ['It takes the flags of `--kubernetes` ([flags.md](flags.md)) and the options of the application.']
      : []),
    ...(schema === undefined ? [] : [`\`--output json\` prints [${schema}](json.md#${schema}).`]),
    exampleBlock(examples),
  ];
  return blocks.join('\n\n');
}

function exampleBlock(examples: readonly Example[]): string {
  const widest = Math.max(...examples.map(([typed]) => typed.length));
  return ['```', ...examples.map(([typed, what]) => `${program} self ${typed.padEnd(widest)}  # ${what}`), '```'].join(
    '\n',
  );
}

function flagRows(listed: readonly (readonly [string, Flag])[]): string {
  return table(
    ['flag', 'default', 'means'],
    listed.map(([name, flag]) => [
      `${flag.short === undefined ? '' : `\`-${flag.short}\`, `}${code(typedFlag(name, flag))}`,
      defaultOf(flag),
      `${sentence(flag.describe)}${flag.type === 'list' ? ' May be repeated.' : ''}${flag.required === true ? ' Required.' : ''}`,
    ]),
  );
}

function typedFlag(name: string, { value }: Flag): string {
  return value === undefined ? `--${name}` : `--${name} ${value}`;
}

function defaultOf({ default: byDefault = '' }: Flag): string {
  return byDefault === true ? 'on' : byDefault;
}

/** The flags of the program: all in a table, and more on those of which there is more to know. */
export function flagsPage(): string {
  const all = Object.entries<Flag>(flagTable);
  const about = [
    "The flags of an executable itself; all others are the application's, and what follows `--` is the application's as well.",
    'A value is the next word, or follows `=`. `self diff` takes these flags too; those of every other command behind `self` are in',
    '[commands.md](commands.md).',
  ].join('\n');
  const local = all.filter(([, flag]) => flag.local === true).map(([name]) => code(`--${name}`));
  const rest = `\`--local\` takes ${local.join(', ')}, and refuses the rest.`;
  const sections = all.map(([name, flag]) => flagSection(name, flag)).filter((section) => section !== undefined);
  return page('Flags', about, [flagRows(all), rest, ...sections]);
}

function flagSection(name: string, flag: Flag): string | undefined {
  const takenBy = commands
    .filter(({ flags: own }) => Object.entries<Flag>(own).some(([known, one]) => known === name && one === flag))
    .map((command) => code(`self ${command.name}`));
  const facts = [
    ...(flag.choices === undefined ? [] : [`One of ${flag.choices.map(code).join(', ')}.`]),
    ...(flag.default === true ? [`\`--no-${name}\` turns it off.`] : []),
    ...(flag.variable === undefined ? [] : [`Without it, the variable \`${flag.variable}\` is read.`]),
    ...(takenBy.length === 0 ? [] : [`Also taken by ${takenBy.join(', ')}.`]),
  ].map((fact) => `- ${fact}`);
  if (flag.details === undefined && facts.length === 0) return undefined;
  return [
    `## --${name}`,
    sentence(flag.describe),
    ...(flag.details === undefined ? [] : [flag.details]),
    ...(facts.length === 0 ? [] : [facts.join('\n')]),
  ].join('\n\n');
}
