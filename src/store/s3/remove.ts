import pMap from 'p-map';
import type { Artifact } from '../../executable/format/artifact.ts';
import type { Digest } from '../../shared/digest.ts';
import { objectName, runtimeName } from '../object-name.ts';
import type { S3Call } from './call.ts';
import { headOf, listOf, looksAtOnce } from './objects.ts';
import type { WaitOptions } from '../store.ts';

/**
 * Removes the objects of a version, and with the last version on a runtime that. Whoever stores a version meanwhile is not
 * hurt: an object holds its own bytes, and a runtime that is missed is sent again.
 */
export async function removeFromBucket(call: S3Call, version: Digest, signal?: AbortSignal): Promise<void> {
  for (const { key } of await listOf(call, `${version}/`, signal)) await removeKey(call, key, signal);
  await sweepRuntimes(call, signal);
}

/**
 * Removes objects that have not been written since, and then runtimes as above. S3 compares no dates when it deletes: each is
 * looked at right before.
 */
export async function removeOldObjects<A extends Pick<Artifact, 'version' | 'name'>>(
  call: S3Call,
  artifacts: readonly A[],
  { before, signal }: WaitOptions & { readonly before: Date },
): Promise<A[]> {
  const removed: A[] = [];
  for (const artifact of artifacts) {
    const found = await headOf(call, objectName(artifact), signal);
    // One whose date cannot be read stays.
    if (found === undefined || !(found.storedAt < before)) continue;
    await removeKey(call, objectName(artifact), signal);
    removed.push(artifact);
  }
  if (removed.length > 0) await sweepRuntimes(call, signal);
  return removed;
}

async function removeKey(call: S3Call, key: string, signal: AbortSignal | undefined): Promise<void> {
  await call({ method: 'DELETE', key }, { signal, allows: ({ code }) => code === 'NoSuchKey' });
}

async function sweepRuntimes(call: S3Call, signal: AbortSignal | undefined): Promise<void> {
  const keys = (await listOf(call, '', signal)).map(({ key }) => key);
  const runtimes = keys.filter((key) => key.startsWith(runtimeName('')));
  if (runtimes.length === 0) return;
  const others = keys.filter((key) => /^[0-9a-f]{64}\//.test(key));
  const neededBy = async (key: string) => runtimeName((await headOf(call, key, signal))?.metadata.prefix ?? '');
  const needed = new Set(await pMap(others, neededBy, { concurrency: looksAtOnce }));
  for (const key of runtimes) if (!needed.has(key)) await removeKey(call, key, signal);
}
