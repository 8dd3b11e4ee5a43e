import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import type { Digest } from '../../shared/digest.ts';
import { targets } from '../../shared/target.ts';
import { azureCode, type AzureCall } from './call.ts';
import type { StoredArtifact, WaitOptions } from '../store.ts';

/** Every artifact of a container; none if that is not there. */
export async function artifactsInContainer(container: ContainerClient, signal: AbortSignal): Promise<StoredArtifact[]> {
  const found: StoredArtifact[] = [];
  try {
    for await (const blob of container.listBlobsFlat({ includeMetadata: true, abortSignal: signal })) {
      const [, version, file] = /^([0-9a-f]{64})\/([^/]+)$/.exec(blob.name) ?? [];
      if (version === undefined || file === undefined) continue;
      const target = targets.find((known) => known === blob.metadata?.['target']);
      found.push({
        version: version as Digest,
        name: file,
        sizeBytes: blob.properties.contentLength ?? 0,
        storedAt: blob.properties.lastModified,
        target,
      });
    }
  } catch (error) {
    if (azureCode(error) !== 'ContainerNotFound') throw error;
  }
  return found;
}

/**
 * Gives an object the date of now, by writing what it tells of itself again.
 *
 * @returns false if it is gone.
 */
export async function touchBlob(
  blob: BlockBlobClient,
  { metadata, call, signal }: WaitOptions & { readonly metadata: Record<string, string>; readonly call: AzureCall },
): Promise<boolean> {
  return call(
    async (attempt) => {
      try {
        await blob.setMetadata(metadata, { abortSignal: attempt });
        return true;
      } catch (error) {
        if (azureCode(error) === 'BlobNotFound') return false;
        throw error;
      }
    },
    { signal },
  );
}
