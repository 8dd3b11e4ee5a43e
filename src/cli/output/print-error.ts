import { inspect } from 'node:util';
import { DeployError, exitStatus } from '../../shared/errors.ts';
import { withoutSecrets } from './without-secrets.ts';

/** The exit status of a bug of ours. */
export const bugStatus = 70;
/** What Node.js ends with for an error that nobody caught. */
const theirBug = 1;

/**
 * Tells of a failure: a sentence and what to do next for the user's (a line for each, where there are several), the whole
 * stack for a bug.
 *
 * @param application whose code failed, if it was not ours.
 * @returns the exit status that goes with it.
 */
export function printError(error: unknown, say: (line: string) => void, application?: string): number {
  if (isDeployError(error)) {
    for (const { message, hint } of error.findings ?? [error]) {
      // What Kubernetes and others say often ends with a period of its own.
      say(withoutSecrets(`error: ${message.replace(/[.\s]+$/, '')}. ${hint}`));
    }
    return exitStatus[error.code];
  }
  if (application !== undefined) {
    say(`error: ${application} failed: ${inspect(error)}`);
    return theirBug;
  }
  say(`selfsame failed, and should not have: ${withoutSecrets(inspect(error))}`);
  say('Please report this, with the lines above.');
  return bugStatus;
}

/** By shape: the deploying half is a bundle of its own, with a class of its own. */
export function isDeployError(error: unknown): error is DeployError {
  return error instanceof DeployError || (error instanceof Error && error.name === 'DeployError' && 'code' in error);
}
