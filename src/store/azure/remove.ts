import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import type { Artifact } from '../../executable/format/artifact.ts';
import type { Digest } from '../../shared/digest.ts';
import { objectName, runtimeName } from '../object-name.ts';
import { azureCode, type AzureCall } from './call.ts';
import { blobsIn } from './objects.ts';
import type { WaitOptions } from '../store.ts';

/**
 * Removes the objects of a version, and with the last version on a runtime that. Whoever stores a version meanwhile is not
 * hurt: an object holds its own bytes, and a runtime that is missed is sent again.
 */
export async function removeFromContainer(
  container: ContainerClient,
  version: Digest,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const blob of blobsIn(container, { prefix: `${version}/`, abortSignal: signal })) {
      await container.getBlobClient(blob.name).deleteIfExists({ abortSignal: signal });
    }
    await sweepRuntimes(container, signal);
  } catch (error) {
    if (azureCode(error) !== 'ContainerNotFound') throw error;
  }
}

/** Removes an object unless another is there by now; true if none is there afterwards. */
export async function removeUnchanged(
  blob: BlockBlobClient,
  { etag, signal }: { readonly etag: string; readonly signal: AbortSignal },
): Promise<boolean> {
  try {
    await blob.deleteIfExists({ abortSignal: signal, conditions: { ifMatch: etag } });
    return true;
  } catch (error) {
    if (azureCode(error) === 'ConditionNotMet') return false;
    throw error;
  }
}

/** Removes objects that have not been written since, and then runtimes as above. Azure itself compares, to the second. */
export async function removeOldBlobs<A extends Pick<Artifact, 'version' | 'name'>>(
  container: ContainerClient,
  artifacts: readonly A[],
  { before, call, signal }: WaitOptions & { readonly before: Date; readonly call: AzureCall },
): Promise<A[]> {
  const removed: A[] = [];
  for (const artifact of artifacts) {
    const isRemoved = await call(
      async (attempt) => {
        try {
          const blob = container.getBlobClient(objectName(artifact));
          const conditions = { ifUnmodifiedSince: before };
          return (await blob.deleteIfExists({ abortSignal: attempt, conditions })).succeeded;
        } catch (error) {
          if (['ConditionNotMet', 'ContainerNotFound'].includes(azureCode(error) ?? '')) return false;
          throw error;
        }
      },
      { signal },
    );
    if (isRemoved) removed.push(artifact);
  }
  if (removed.length > 0) await call((attempt) => sweepRuntimes(container, attempt), { signal });
  return removed;
}

async function sweepRuntimes(container: ContainerClient, signal: AbortSignal): Promise<void> {
  const needed = new Set<string>();
  const runtimes: string[] = [];
  for await (const { name, metadata } of blobsIn(container, { includeMetadata: true, abortSignal: signal })) {
    if (name.startsWith(runtimeName(''))) runtimes.push(name);
    else needed.add(runtimeName(metadata?.['prefix'] ?? ''));
  }
  for (const name of runtimes) {
    if (!needed.has(name)) await container.getBlobClient(name).deleteIfExists({ abortSignal: signal });
  }
}
