import pMap from 'p-map';
import { isDigest } from '../../shared/digest.ts';
import { targets } from '../../shared/target.ts';
import { encodedKey, type S3Call, type S3Request } from './call.ts';
import type { S3Answer } from './answer.ts';
import { mostPages, storeUnreadable } from '../errors.ts';
import { elements, xmlText } from './xml.ts';
import type { StoredArtifact, WaitOptions } from '../store.ts';

/** What a bucket tells of an object without sending it. */
export interface S3Object {
  readonly sizeBytes: number;
  readonly storedAt: Date;
  /** Changes with the object. Of one that came in one piece it is often, but not everywhere, the MD5. */
  readonly etag: string;
  readonly metadata: { readonly target: string; readonly sha256: string; readonly prefix: string };
}

/** Looks at an object; undefined if it is not there. */
export async function headOf(call: S3Call, key: string, signal?: AbortSignal): Promise<S3Object | undefined> {
  const answer = await call({ method: 'HEAD', key }, { signal, allows: ({ status }) => status === 404 });
  if (answer.status === 404) return undefined;
  return {
    sizeBytes: Number(answer.header('content-length')),
    storedAt: new Date(answer.header('last-modified')),
    etag: answer.header('etag'),
    metadata: {
      target: answer.header('x-amz-meta-target'),
      sha256: answer.header('x-amz-meta-sha256'),
      prefix: answer.header('x-amz-meta-prefix'),
    },
  };
}

/** What an object tells of itself, as headers. */
export function metadataHeaders(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]));
}

/** How a bucket took an attempt to make an object: made it; has one of that name; lost what was sent for it. */
export type CreateOutcome = 'made' | 'exists' | 'lost';

/** Makes objects: where there is none of their name, or in its place. */
export type Create = (request: S3Request, signal: AbortSignal | undefined) => Promise<CreateOutcome>;

/**
 * Makes the way in which an object comes to be: only if none has its name (`If-None-Match: *`). A provider that knows no such
 * condition says so, and is asked without it from then on; one that ignores it replaces an object by its equal, since the
 * name says what the bytes are.
 */
export function creator(call: S3Call): Create {
  let isConditional = true;
  const attempt = async (request: S3Request, signal: AbortSignal | undefined): Promise<S3Answer> =>
    call(isConditional ? { ...request, headers: { ...request.headers, 'if-none-match': '*' } } : request, {
      ...patience,
      signal,
      allows: (answer) => outcomeOf(answer) !== 'made' || (isConditional && isUnknown(answer)),
    });
  return async (request, signal) => {
    let answer = await attempt(request, signal);
    if (isConditional && isUnknown(answer)) {
      isConditional = false;
      answer = await attempt(request, signal);
    }
    return outcomeOf(answer);
  };
}

/**
 * Makes objects in the place of what others have put there. It is never taken away before: another that does the same may have
 * been faster, and its object, which is the same, would be gone until ours is there.
 */
export function replacer(call: S3Call): Create {
  const allows = (answer: S3Answer): boolean => outcomeOf(answer) !== 'made';
  return async (request, signal) => outcomeOf(await call(request, { ...patience, signal, allows }));
}

const patience = { tries: 5, stallMs: 60_000 };

function outcomeOf({ status, code }: S3Answer): CreateOutcome {
  if (status === 412) return 'exists';
  // Another has joined or dropped the parts, or sent other ones under their numbers.
  const isLost = status === 409 || ['NoSuchUpload', 'InvalidPart', 'InvalidPartOrder', 'EntityTooSmall'].includes(code);
  return isLost ? 'lost' : 'made';
}

function isUnknown({ status, code }: S3Answer): boolean {
  return status === 501 || (status === 400 && ['NotImplemented', 'InvalidArgument', 'InvalidRequest'].includes(code));
}

/** What stands in a bucket under a prefix. */
export interface Listed {
  readonly key: string;
  readonly sizeBytes: number;
  readonly storedAt: Date;
}

/** Lists objects, a thousand at a time. */
export async function listOf(call: S3Call, prefix: string, signal?: AbortSignal): Promise<Listed[]> {
  const found: Listed[] = [];
  for (let [token, pages] = ['', 1]; ; pages += 1) {
    if (pages > mostPages) throw storeUnreadable('the objects of the bucket', 'their list does not end');
    const query = { 'list-type': '2', prefix, ...(token !== '' && { 'continuation-token': token }) };
    const { body } = await call({ method: 'GET', query }, { signal });
    for (const entry of elements(body?.node, 'Contents')) {
      const [key, sizeBytes] = [xmlText(entry, 'Key'), Number(xmlText(entry, 'Size'))];
      const storedAt = new Date(xmlText(entry, 'LastModified'));
      if (!Number.isSafeInteger(sizeBytes) || Number.isNaN(storedAt.getTime())) {
        throw storeUnreadable('the objects of the bucket', 'one has no size or no date');
      }
      found.push({ key, sizeBytes, storedAt });
    }
    token = xmlText(body?.node, 'NextContinuationToken');
    if (xmlText(body?.node, 'IsTruncated') !== 'true' || token === '') return found;
  }
}

/** Makes of what is listed the artifacts, each asked for its target: a list does not tell that. */
export async function artifactsInBucket(
  call: S3Call,
  listed: readonly Listed[],
  signal?: AbortSignal,
): Promise<StoredArtifact[]> {
  const artifacts = listed.flatMap(({ key, ...entry }) => {
    const [version = '', name = '', ...rest] = key.split('/');
    return isDigest(version) && name !== '' && rest.length === 0 ? [{ key, version, name, ...entry }] : [];
  });
  const withTarget = async ({ key, ...artifact }: (typeof artifacts)[number]): Promise<StoredArtifact> => {
    const text = (await headOf(call, key, signal))?.metadata.target;
    const target = targets.find((known) => known === text);
    return { ...artifact, target };
  };
  return pMap(artifacts, withTarget, { concurrency: looksAtOnce });
}

/** How many objects are looked at together. */
export const looksAtOnce = 8;

export interface Dated extends WaitOptions {
  readonly bucket: string;
  readonly key: string;
  readonly metadata: S3Object['metadata'];
}

/**
 * Gives an object the date of now, by having the bucket copy it onto itself; nothing of it passes through here.
 *
 * @returns false if it is gone.
 */
export async function touchObject(call: S3Call, { bucket, key, metadata, signal }: Dated): Promise<boolean> {
  const headers = {
    ...metadataHeaders(Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== ''))),
    'x-amz-copy-source': `/${bucket}/${encodedKey(key)}`,
    // Without it S3 refuses a copy that would change nothing.
    'x-amz-metadata-directive': 'REPLACE',
    'content-type': 'application/octet-stream',
  };
  const isGone = ({ status }: { status: number }): boolean => status === 404;
  const answer = await call({ method: 'PUT', key, headers }, { signal, stallMs: 60000, allows: isGone });
  return !isGone(answer);
}

/** Reads a part of an object; `end` is exclusive. */
export async function readRangeOf(
  call: S3Call,
  key: string,
  { start, end, signal }: WaitOptions & { readonly start: number; readonly end: number },
): Promise<Uint8Array> {
  const headers = { range: `bytes=${start}-${end - 1}` };
  const { bytes } = await call({ method: 'GET', key, headers, wantsBytes: true }, { signal, stallMs: 60_000 });
  // Without ranges, all of it came.
  return bytes.length > end - start ? bytes.subarray(start, end) : bytes;
}
