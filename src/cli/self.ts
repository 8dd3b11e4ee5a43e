import type { Argv } from 'yargs';
import { DeployError } from '../shared/errors.ts';
import { flagTable } from '../shared/flags.ts';
import { nearest } from '../shared/nearest.ts';
import { commands } from './commands/commands.ts';
import type { Command } from './context/command.ts';
import type { Session } from './context/session.ts';
import { commandWords, type CommandShape, type Example } from './flags/command-shape.ts';
import { describeFlag, openParser, optionsOf, refuseRepeated, shortName, yargsReason } from './flags/parser.ts';

/** `self ...`: everything that looks at, changes or copies what is deployed, under one word of the command line. */
export async function selfCommand(session: Session, argv: readonly string[]): Promise<number> {
  const [name = '', ...words] = argv;
  const self = `${shortName(session.program)} self`;
  let status = 0;
  const run = async (command: Command, given: Readonly<Record<string, unknown>>): Promise<void> => {
    refuseRepeated(command.flags, given);
    status = await command.run(session, given, { words, commands });
  };

  const parser = openParser(argv)
    .scriptName(self)
    .options(optionsOf({ help: flagTable.help }));
  for (const command of commands) {
    const { describe } = command;
    parser.command(commandWords(command), describe, flagsOf(command, self), async (given) => run(command, given));
  }
  const common = commands.filter(({ isCommon }) => isCommon);
  const firstExamples = common.flatMap(({ examples }) => examples.slice(0, 1));
  parser
    .example(exampleRows(firstExamples, self))
    .demandCommand(1, 1, 'Name a command', 'Name one command')
    .fail((message, error) => {
      // What yargs itself finds wrong comes as a message, sometimes with an error of its own.
      if (error !== undefined && error !== null && error.name !== 'YError') throw error;
      const meant = meantBy(yargsReason(message), argv);
      throw new DeployError('bad-usage', yargsReason(message), {
        hint: `${meant === undefined ? '' : `Did you mean ${meant}? `}Run ${session.program} self --help to see every command.`,
      });
    });

  if (argv.length === 0) {
    session.terminal.say(...(await parser.getHelp()).split('\n'));
    return 2;
  }
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(`${await parser.getHelp()}\n`);
    return 0;
  }
  const deploying = commands.find((command) => command.name === name && command.takesDeployFlags === true);
  if (deploying !== undefined) await run(deploying, {});
  else await parser.parseAsync();
  return status;
}

function flagsOf({ flags: own, positionals, examples }: CommandShape, self: string) {
  return (parser: Argv): Argv => {
    for (const [word, positional] of Object.entries(positionals)) {
      parser.positional(word, { type: 'string', describe: describeFlag(positional) });
    }
    return parser.options(optionsOf(own)).example(exampleRows(examples, self));
  };
}

function exampleRows(examples: readonly Example[], self: string): [string, string][] {
  return examples.map(([words, what]) => [`${self} ${words}`, what]);
}

/** The command or flag that was most likely meant by one that there is not. */
function meantBy(message: string, argv: readonly string[]): string | undefined {
  const [, unknown = ''] = /^Unknown arguments?: ([^,]+)/.exec(message) ?? [];
  const [first = ''] = argv;
  const names = commands.map(({ name }) => name);
  if (first === unknown) return nearest(unknown, names);
  const meant = nearest(unknown, Object.keys(commands.find(({ name }) => name === first)?.flags ?? {}));
  // yargs takes the "no-" off.
  return meant === undefined ? undefined : `--${argv.includes(`--no-${unknown}`) ? 'no-' : ''}${meant}`;
}
