import type { BlockBlobClient } from '@azure/storage-blob';
import { azureCode, type AzureCall } from './call.ts';
import type { WaitOptions } from '../store.ts';

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
    { ...(signal && { signal }) },
  );
}
