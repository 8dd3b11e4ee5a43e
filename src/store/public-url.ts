import { DeployError } from '../shared/errors.ts';
import { readServerAddress } from '../shared/server-address.ts';

/**
 * Reads `--store-url`, the address from which anybody may read.
 *
 * @returns the URL without a slash at its end.
 * @throws {DeployError} `bad-store` if it is no http(s) URL, or carries a secret.
 */
export function parsePublicUrl(text: string): string {
  const hint = 'Pass --store-url https://HOST/PATH.';
  const url = readOpenAddress(text, { setting: '--store-url', protocols: ['http:', 'https:'], hint });
  return url.href.replace(/\/+$/, '');
}

interface OpenAddress {
  /** For messages: what cannot be read may hold a secret, and is not quoted. */
  readonly setting: string;
  readonly protocols: readonly string[];
  /** Where it cannot be read. */
  readonly hint: string;
}

/**
 * Reads an address that others may see, since it stands on a command line or is shown.
 *
 * @throws {DeployError} `bad-store` if it is none, or carries a secret.
 */
export function readOpenAddress(text: string, { setting, protocols, hint }: OpenAddress): URL {
  const read = readServerAddress(text, protocols);
  if (read === undefined) throw badStore(`Cannot read ${setting} as an address`, hint);
  if (read.authorization !== undefined || read.url.search !== '') {
    throw badStore(
      `Refused ${setting} with a secret in it: other users of this machine can read an argument list`,
      'Pass the URL without it. A SAS belongs into AZURE_STORAGE_SAS_TOKEN, keys into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.',
    );
  }
  return read.url;
}

export function badStore(message: string, hint: string): DeployError {
  return new DeployError('bad-store', message, { hint });
}
