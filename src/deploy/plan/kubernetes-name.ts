import { isDnsLabel, isServiceName } from '../../app/application.ts';
import { DeployError } from '../../shared/errors.ts';

/**
 * Checks `--name`: of the Deployment, and so of its Service too.
 *
 * @throws {DeployError} `bad-name`
 */
export function parseName(text: string): string {
  if (isServiceName(text)) return text;
  throw badName(text, 'Pass --name with a lower-case letter, then letters, digits and "-", at most 63.');
}

/**
 * Checks `--namespace`.
 *
 * @throws {DeployError} `bad-name`
 */
export function parseNamespace(text: string): string {
  if (isDnsLabel(text)) return text;
  throw badName(text, 'Pass --namespace with lower-case letters, digits and "-", at most 63.');
}

/**
 * Checks the name of an object that others made, such as a Secret: labels with dots between them.
 *
 * @throws {DeployError} `bad-name`
 */
export function parseObjectName(flag: string, text: string): string {
  if (text.length <= 253 && text.split('.').every(isDnsLabel)) return text;
  throw badName(text, `Pass ${flag} with lower-case letters, digits, "-" and ".".`);
}

function badName(text: string, hint: string): DeployError {
  return new DeployError('bad-name', `Cannot use "${text}" as a name`, { hint });
}
