import { DeployError } from '../../shared/errors.ts';
import type { Environment } from '../environment.ts';

/** A key pair that signs requests. */
export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** With keys of a session: they end with it. */
  readonly sessionToken?: string;
  /** When the session ends, if somebody said so. */
  readonly validUntil?: Date;
}

/** What writes the variables for whoever signs in otherwise: shared files, profiles, single sign-on, roles. */
export const exportCommand = 'eval "$(aws configure export-credentials --format env)"';

/**
 * Finds the keys in AWS's variables. Nothing is sent: the first use tells whether they are good.
 *
 * @throws {DeployError} `bad-store` if they are missing, or cannot stand in a request.
 */
export function keysFrom(environment: Environment, address: string): S3Keys {
  const read = (name: string) => environment[name]?.trim() || undefined;
  const accessKeyId = read('AWS_ACCESS_KEY_ID');
  const secretAccessKey = read('AWS_SECRET_ACCESS_KEY');
  const sessionToken = read('AWS_SESSION_TOKEN');
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new DeployError(
      'bad-store',
      `No credentials for ${address}: AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set`,
      { hint: `Set them; from a profile or single sign-on: ${exportCommand}.` },
    );
  }
  for (const [name, value] of Object.entries({ accessKeyId, secretAccessKey, sessionToken: sessionToken ?? '' })) {
    if (!/^[\x21-\x7e]*$/.test(value)) {
      const variable = `AWS_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
      throw new DeployError('bad-store', `Cannot read ${variable}: it has characters that no key has`, {
        hint: 'Copy it again, whole.',
      });
    }
  }
  const end = new Date(read('AWS_CREDENTIAL_EXPIRATION') ?? '');
  const ends = sessionToken !== undefined && !Number.isNaN(end.getTime());
  return {
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    ...(ends && { validUntil: end }),
  };
}
