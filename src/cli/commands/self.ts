import yargs, { type Argv, type InferredOptionTypes, type Options } from 'yargs';
import { DeployError } from '../../shared/errors.ts';
import { nearest } from '../../shared/nearest.ts';
import { helpWidth, yargsReason, shortName } from '../flags/command-line.ts';
import { selfCompletion } from './completion.ts';
import { selfCost } from './cost.ts';
import { selfDelete } from './delete.ts';
import { selfDiff } from './diff.ts';
import { selfDoctor } from './doctor.ts';
import { selfExamples } from '../flags/self-examples.ts';
import {
  collected,
  confirmed,
  costed,
  deployed,
  examined,
  logs,
  rebuilt,
  rolledBack,
  stored,
  waited,
  watched,
  selfCommands,
  type SelfCommand,
} from '../flags/self-flags.ts';
import { selfGc } from './gc.ts';
import { selfHistory } from './history.ts';
import { selfLogs } from './logs.ts';
import { selfRebuild } from './rebuild.ts';
import { selfRollback } from './rollback.ts';
import { selfScale } from './scale.ts';
import { selfStatus } from './status.ts';
import { selfVerify } from './verify.ts';
import type { Session } from '../context/session.ts';

/** `self ...`: everything that looks at, changes or copies what is deployed, under one word of the command line. */
export async function selfCommand(session: Session, argv: readonly string[]): Promise<number> {
  let status = 0;
  const run =
    <F>(command: (session: Session, flags: F) => Promise<number>) =>
    async (flags: F): Promise<void> => {
      status = await command(session, flags);
    };

  const self = `${shortName(session.program)} self`;
  const flagsOf =
    <O extends Record<string, Options>>(name: string, options: O) =>
    (command: Argv): Argv<InferredOptionTypes<O>> =>
      command.options(options).example((selfExamples[name] ?? []).map(([words, what]) => [`${self} ${words}`, what]));

  const parser = yargs([...argv])
    .scriptName(self)
    .version(false)
    .exitProcess(false)
    .detectLocale(false)
    .parserConfiguration({
      'parse-numbers': false,
      // Digits may be the start of a release.
      'parse-positional-numbers': false,
      'camel-case-expansion': false,
      'dot-notation': false,
    })
    .help(false)
    .option('help', { type: 'boolean', alias: 'h', describe: 'Show this help' })
    .command('status', selfCommands.status.describe, flagsOf('status', watched), run(selfStatus))
    .command('logs', selfCommands.logs.describe, flagsOf('logs', logs), run(selfLogs))
    .command('verify', selfCommands.verify.describe, flagsOf('verify', stored), run(selfVerify))
    .command('history', selfCommands.history.describe, flagsOf('history', deployed), run(selfHistory))
    .command('rollback [release]', selfCommands.rollback.describe, flagsOf('rollback', rolledBack), run(selfRollback))
    .command('scale <replicas>', selfCommands.scale.describe, flagsOf('scale', waited), run(selfScale))
    .command('diff', selfCommands.diff.describe, flagsOf('diff', {}))
    .command('cost', selfCommands.cost.describe, flagsOf('cost', costed), run(selfCost))
    .command('doctor', selfCommands.doctor.describe, flagsOf('doctor', examined), run(selfDoctor))
    .command('delete', selfCommands.delete.describe, flagsOf('delete', confirmed), run(selfDelete))
    .command('gc', selfCommands.gc.describe, flagsOf('gc', collected), run(selfGc))
    .command('rebuild', selfCommands.rebuild.describe, flagsOf('rebuild', rebuilt), run(selfRebuild))
    .example(
      ['status', 'rollback', 'logs']
        .flatMap((name) => (selfExamples[name] ?? []).slice(0, 1))
        .map(([words, what]) => [`${self} ${words}`, what]),
    )
    .command(
      'completion <shell>',
      selfCommands.completion.describe,
      (command: Argv) =>
        flagsOf('completion', {})(command).positional('shell', { type: 'string', describe: 'bash, zsh or fish' }),
      run(selfCompletion),
    )
    .demandCommand(1, 1, 'Name a command', 'Name one command')
    .strict()
    .usageConfiguration({ 'hide-types': true })
    .wrap(helpWidth())
    .fail((message, error) => {
      // What yargs itself finds wrong comes as a message, sometimes with an error of its own.
      if (error !== undefined && error !== null && error.name !== 'YError') throw error;
      const meant = meantBy(yargsReason(message), argv);
      throw new DeployError('bad-usage', yargsReason(message), {
        hint: `${meant === undefined ? '' : `Did you mean ${meant}? `}Run ${session.program} self --help to see every command.`,
      });
    });

  if (argv.length === 0) {
    session.terminal.say(await parser.getHelp());
    return 2;
  }
  if (argv.includes('--help') || argv.includes('-h')) {
    process.stdout.write(`${await parser.getHelp()}\n`);
    return 0;
  }
  // It takes the flags of a deploy, the application's among them.
  if (argv[0] === 'diff') return selfDiff(session, argv.slice(1));
  await parser.parseAsync();
  return status;
}

/** The command or flag that was most likely meant by one that there is not. */
function meantBy(message: string, argv: readonly string[]): string | undefined {
  const [, unknown = ''] = /^Unknown arguments?: ([^,]+)/.exec(message) ?? [];
  if (argv[0] === unknown) return nearest(unknown, Object.keys(selfCommands));
  const commands: Readonly<Record<string, SelfCommand>> = selfCommands;
  const meant = nearest(unknown, Object.keys(commands[argv[0] ?? '']?.takes ?? {}));
  // yargs takes the "no-" off.
  return meant === undefined ? undefined : `--${argv.includes(`--no-${unknown}`) ? 'no-' : ''}${meant}`;
}
