import { AwsV4Signer } from 'aws4fetch';
import type { S3Keys } from './credentials.ts';
import { type Access, endWarning } from '../store.ts';

const dayMs = 24 * 60 * 60 * 1000;
/** The most that S3 allows. */
const linkDays = 7;
/** Begun in the past for clocks that differ. */
const headStartMs = 10 * 60_000;

/** What `linkTo` will give, in words. */
export function accessWithKeys({ sessionToken }: S3Keys): string {
  return sessionToken === undefined
    ? `read-only links signed with your key, for ${linkDays} days`
    : `read-only links signed in your session, for ${linkDays} days or until it ends`;
}

/** A query that reads one object, and nothing else. Nothing is sent to make it. */
export async function linkTo(
  url: string,
  { keys, region }: { keys: S3Keys; region: string },
): Promise<{ secret: string } & Omit<Access, 'access'>> {
  const begin = new Date(Math.floor(Date.now() / 1000) * 1000 - headStartMs);
  const { accessKeyId, secretAccessKey, sessionToken } = keys;
  const signed = await new AwsV4Signer({
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    method: 'GET',
    url: `${url}?X-Amz-Expires=${(linkDays * dayMs) / 1000}`,
    datetime: begin.toISOString().replaceAll(/[:-]|\.\d{3}/g, ''),
    service: 's3',
    region,
    signQuery: true,
  }).sign();
  const latest = new Date(begin.getTime() + linkDays * dayMs);
  const validUntil = keys.validUntil !== undefined && keys.validUntil < latest ? keys.validUntil : latest;
  const secret = signed.url.search.slice(1);
  const rest = 'cannot fetch the executable: deploy again before';
  const warning =
    sessionToken !== undefined && keys.validUntil === undefined
      ? `Pods that start after your AWS session has ended ${rest}, or deploy with a key of its own`
      : `Pods that start after ${validUntil.toISOString()} ${rest}`;
  return { secret, validUntil, warning };
}

/** What a link that was handed out earlier still gives. */
export function accessOfSignature(secret: string): Access {
  const fields = new URLSearchParams(secret);
  const begin = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(fields.get('X-Amz-Date') ?? '');
  const access = fields.has('X-Amz-Security-Token')
    ? 'read-only link of an AWS session, at the longest'
    : 'read-only link';
  if (begin === null) return { access };
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = begin.slice(1).map(Number);
  const lifetimeMs = Number(fields.get('X-Amz-Expires') ?? 0) * 1000;
  const validUntil = new Date(Date.UTC(year, month - 1, day, hour, minute, second) + lifetimeMs);
  return {
    access,
    validUntil,
    warning: endWarning,
  };
}
