import { looksSecret } from '../../shared/secret-name.ts';

/** What a secret stands in or behind, wherever it came from: the first group stays. */
const shapes: readonly RegExp[] = [
  // A name and a password in an address, also one that cannot be read for a `/` or `#` in it; not the scope of an npm package.
  /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s"'`<>]*[^\s"'`<>/]@/gi,
  /((?:\bsig|AccountKey|SharedAccessSignature|X-Amz-Signature|X-Amz-Security-Token|X-Amz-Credential)=)[^&;\s"'`]+/gi,
  /(\b(?:Bearer|SharedKey) )[^;\s"'`]{12,}/g,
  /(\bBasic )(?=\S*[\d=])[\w+/=]{8,}/g,
  // JSON Web Tokens, as service accounts have them, and private keys.
  /(\beyJ)[\w-]+\.[\w-]+\.[\w-]*/g,
  /(-----BEGIN [A-Z ]*PRIVATE KEY-----)[\s\S]*?(?=-----END|$)/g,
];

/** A value of fewer characters may well be a word of the message. */
const leastLength = 8;

/**
 * A text with dots in the place of secrets: what looks like one, and what this process was given as one in its environment. All
 * that is printed of a failure comes through here: an SDK's error may quote a request, a parser what it could not read.
 */
export function withoutSecrets(
  text: string,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string {
  const given = Object.entries(environment)
    .filter(([name, value = '']) => value.length >= leastLength && looksSecret(name))
    .map(([, value = '']) => value);
  // The longest first: one may stand in another.
  const known = given.toSorted((one, other) => other.length - one.length);
  const unknown = known.reduce((clean, secret) => clean.replaceAll(secret, '...'), text);
  return shapes.reduce((clean, shape) => clean.replaceAll(shape, '$1...'), unknown);
}
