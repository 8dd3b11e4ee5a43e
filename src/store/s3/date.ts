import { type S3Call, encodedKey } from './call.ts';
import { metadataHeaders, type S3Object } from './objects.ts';
import type { WaitOptions } from '../store.ts';

interface Dated extends WaitOptions {
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
  const answer = await call({ method: 'PUT', key, headers }, { signal, stallMs: 60_000, allows: isGone });
  return !isGone(answer);
}
