import { DeployError } from '../shared/errors.ts';

/**
 * Reads `--store-url`, the address from which anybody may read.
 *
 * @returns the URL without a slash at its end.
 * @throws {DeployError} `bad-store` if it is no http(s) URL, or carries a secret.
 */
export function parsePublicUrl(text: string): string {
  const url = URL.parse(text.trim());
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    throw badStore(`Cannot read "${text.split(/[?#]/, 1)[0]}" as a URL`, 'Pass --store-url https://HOST/PATH.');
  }
  refuseSecrets(url, '--store-url');
  return url.href.replace(/\/+$/, '');
}
export function badStore(message: string, hint: string): DeployError {
  return new DeployError('bad-store', message, { hint });
}
export function refuseSecrets(url: URL, flag: string): void {
  if (url.search !== '' || url.username !== '' || url.password !== '' || url.hash !== '') {
    throw badStore(
      `Refused ${flag} with a secret in it: other users of this machine can read an argument list`,
      'Put the part after "?" into AZURE_STORAGE_SAS_TOKEN and pass the URL without it.',
    );
  }
}
