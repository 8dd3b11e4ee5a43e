import { relative } from 'node:path';
import type { Application } from '../app/application.ts';
import { isExecutable } from '../executable/self.ts';
import { verifyCertificates } from '../shared/certificates.ts';
import { keepMemoryOutOfCoreFiles } from '../shared/core-files.ts';
import { DeployError } from '../shared/errors.ts';
import type { FlagTable } from '../shared/flag.ts';
import { flagIn, flagTable, splitArguments } from '../shared/flags.ts';
import { requestedFormat } from './output/requested-format.ts';
import { helpText, readFlags, type GivenFlags } from './flags/command-line.ts';
import { deployCommand } from './commands/deploy.ts';
import { printError } from './output/print-error.ts';
import { localCommand } from './commands/local.ts';
import { endOnBrokenPipe } from './terminal/broken-pipe.ts';
import { printEnded, printFailure } from './output/print-data.ts';
import { selfCommand } from './self.ts';
import { openTerminal } from './terminal/terminal.ts';
import { untilSignal } from './terminal/signals.ts';
import type { RunnerTexts, Session } from './context/session.ts';

/**
 * The deploying half of every program, a bundle of its own: whatever is not running the application here.
 *
 * @param argv the whole command line.
 * @param runners both runners' texts.
 * @returns the exit status.
 */
export async function deployer(app: Application, argv: readonly string[], runners: RunnerTexts): Promise<number> {
  keepMemoryOutOfCoreFiles();
  obeyClicolor(process.env);
  const terminal = openTerminal();
  verifyCertificates(terminal.report);
  const { signal, atOnce, endedStatus, end, stop } = untilSignal();
  endOnBrokenPipe(() => stop('SIGPIPE'));
  const session: Session = { app, terminal, signal, atOnce, stop, endedStatus, runners, program: programOf(app) };
  const format = requestedFormat(argv);
  try {
    const status = await dispatch(session, argv);
    if (status > 128) printEnded(status, format);
    return status;
  } catch (error) {
    terminal.close();
    if (signal.aborted) {
      printEnded(endedStatus(), format);
      return endedStatus();
    }
    printFailure(error, format);
    return printError(error, terminal.say);
  } finally {
    terminal.close();
    end();
  }
}

/** As it was typed: an executable has its own path there, a script that of its source. */
function programOf(app: Application): string {
  const path = process.argv[1] ?? app.name;
  return isExecutable() ? path : `node ${relative('', path)}`;
}

async function dispatch(session: Session, argv: readonly string[]): Promise<number> {
  if (argv[0] === 'self') return selfCommand(session, argv.slice(1));
  const { ownArgs, names, appArgs } = splitArguments(argv);
  if (names.has('help')) {
    process.stdout.write(`${await helpText(session.app, session.program)}\n`);
    return 0;
  }
  const flags = readFlags(ownArgs);
  refuseContradictions(flags, ownArgs);
  return flags.local === true ? localCommand(session, flags, appArgs) : deployCommand(session, flags, appArgs);
}

function refuseContradictions(flags: GivenFlags, ownArgs: readonly string[]): void {
  const refuse = (message: string, hint: string): never => {
    throw new DeployError('bad-usage', message, { hint });
  };
  if (flags.kubernetes === true && flags.local === true) {
    refuse('Cannot run both here and on a cluster', 'Pass --local or --kubernetes.');
  }
  if (flags.kubernetes !== true && flags.local !== true) {
    const [first = ''] = ownArgs;
    refuse(
      `${first.split('=')[0]} says how to deploy, but not where`,
      'Add --kubernetes, or --local for a look without a cluster.',
    );
  }
  const misplaced = ownArgs.find((word) => !isForLocal(word))?.split('=')[0];
  if (flags.local === true && misplaced !== undefined) {
    refuse(`Cannot use ${misplaced} together with --local`, 'Leave it out, or deploy with --kubernetes.');
  }
  if (flags.wait === false && flags.rm === true) {
    refuse('--rm stays until Ctrl-C, --no-wait does not stay', 'Pass one of the two.');
  }
}

/** Anything that --local does not obey is refused: a --dry-run that sends bytes would be a bad surprise. */
function isForLocal(word: string): boolean {
  const { name = '' } = flagIn(word) ?? {};
  const table: FlagTable = flagTable;
  return table[name]?.local === true;
}

/**
 * Lets CLICOLOR and CLICOLOR_FORCE count as NO_COLOR and FORCE_COLOR, which Node.js knows, and which go before them.
 * https://bixense.com/clicolors
 */
function obeyClicolor(environment: NodeJS.ProcessEnv): void {
  if (environment['NO_COLOR'] !== undefined || environment['FORCE_COLOR'] !== undefined) return;
  if ((environment['CLICOLOR_FORCE'] ?? '0') !== '0') environment['FORCE_COLOR'] = '1';
  else if (environment['CLICOLOR'] === '0') environment['NO_COLOR'] = '1';
}
