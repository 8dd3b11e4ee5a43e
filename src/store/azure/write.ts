import type { BlockBlobClient } from '@azure/storage-blob';
import type { CallOptions } from '../retry.ts';
import { azureCode, type AzureCall } from './call.ts';
import type { AzureCredentials } from './credentials.ts';

/**
 * Asks whether these credentials may write, and writes nothing. An account key may do everything; a SAS may say what it
 * allows. Else an object of no bytes is put under the condition that another one is there: the service looks at the rights
 * first, and then finds that the condition does not hold (412).
 * https://learn.microsoft.com/en-us/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations
 *
 * @param blob of a name that no object has, in a container that is there.
 */
export async function mayWrite(
  credentials: AzureCredentials,
  blob: BlockBlobClient,
  call: AzureCall,
  options: CallOptions,
): Promise<boolean> {
  if (credentials.kind === 'key') return true;
  const { permissions = '' } = credentials.kind === 'sas' ? credentials.sas : {};
  if (permissions !== '') return /[cw]/.test(permissions);
  return call(async (signal) => {
    try {
      await blob.upload('', 0, { conditions: { ifMatch: '"0x0"' }, abortSignal: signal });
      return true;
    } catch (error) {
      const code = azureCode(error) ?? '';
      if (code === 'ConditionNotMet' || code === 'BlobNotFound') return true;
      if (/^Authori[sz]ation/.test(code)) return false;
      throw error;
    }
  }, options);
}
