import { PassThrough } from 'node:stream';
import ask from '@inquirer/confirm';
import { DeployError } from '../../shared/errors.ts';
import type { Session } from './session.ts';

/**
 * Makes sure that there will be an answer: `--yes`, or a terminal to ask on.
 *
 * @param what e.g. `delete`
 * @throws {DeployError} `bad-usage`
 */
export function needAnswer({ yes }: { readonly yes?: boolean | undefined }, what: string): void {
  if (yes === true || process.stdin.isTTY) return;
  throw new DeployError('bad-usage', `Cannot ask whether to ${what}: this is no terminal`, { hint: 'Pass --yes.' });
}

/**
 * Asks on the terminal, which stdin has to be.
 *
 * @returns the answer; undefined if it was Ctrl-C, which is no signal while a question holds the terminal, a signal, or the end
 *   of the terminal.
 */
export async function confirm(
  message: string,
  { signal, stop }: Pick<Session, 'signal' | 'stop'>,
): Promise<boolean | undefined> {
  const { stdin } = process;
  // A terminal that is gone ends (no key does that while keys come one by one), or fails.
  const gone = (): void => stop('SIGHUP');
  stdin.on('error', gone).once('end', gone);
  // Not stdin itself: readline throws where nobody catches it when a terminal that is gone cannot be set back.
  const keys = stdin.pipe(new PassThrough());
  stdin.setRawMode(true);
  try {
    return await ask({ message, default: false }, { input: keys, output: process.stderr, signal });
  } catch (error) {
    if (signal.aborted || (error instanceof Error && error.name === 'ExitPromptError')) return undefined;
    throw error;
  } finally {
    stdin.off('end', gone).unpipe(keys).setRawMode(false);
    stdin.pause();
  }
}
