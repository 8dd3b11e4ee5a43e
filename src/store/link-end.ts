import { accessOfSignature } from './s3/link.ts';
import { dateOf } from './azure/sas.ts';

/** When a link ends, as it says itself; undefined if it does not: an access policy of its store says it then. */
export function endOfLink(secret: string): Date | undefined {
  return accessOfSignature(secret).validUntil ?? dateOf(new URLSearchParams(secret).get('se'));
}
