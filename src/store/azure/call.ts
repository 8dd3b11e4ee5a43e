import { isRestError } from '@azure/storage-blob';
import type { RestError } from '@azure/storage-blob';
import { isPassingFailure, isPassingStatus } from '../../shared/network-failure.ts';
import { retried } from '../retry.ts';
import type { CallOptions, Send } from '../retry.ts';
import { storeUnreadable } from '../errors.ts';
import { explainAzure } from './errors.ts';
import type { AzurePlace } from './errors.ts';

/** Sends one request to Azure, and again if the network or the service failed in passing. */
export type AzureCall = <T>(send: Send<T>, options?: CallOptions) => Promise<T>;

/**
 * Makes the one way in which the store talks to Azure.
 *
 * @param signIn has the credentials ready; it takes the time it needs, and is not tried again.
 *
 * The SDK's own retries are off: they wait 4 to 120 seconds, also for an address that does not exist, and cannot be set
 * for one call.
 */
export function callsTo(place: AzurePlace, signIn?: (signal?: AbortSignal) => Promise<unknown>): AzureCall {
  const hint = 'Check the network, a proxy (HTTPS_PROXY) and the firewall of the storage account.';
  const service = { address: place.address, hint, isPassing };
  return async (send, options = {}) => {
    const { signal } = options;
    try {
      await signIn?.(signal);
      return await retried(send, service, options);
    } catch (error) {
      signal?.throwIfAborted();
      throw explainAzure(error, place);
    }
  };
}

/** Azure's word for what went wrong, e.g. `BlobNotFound`; it stands in a header where the answer has no body. */
export function azureCode(error: unknown): string | undefined {
  return isRestError(error) ? (error.response?.headers.get('x-ms-error-code') ?? error.code) : undefined;
}

/**
 * What the SDK makes of an answer. It takes any XML for one of Azure's, and trips over what is none.
 *
 * @throws {DeployError} `store-unreachable` then.
 */
export async function understood<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TypeError) throw storeUnreadable(what, 'the answer is none of Azure', error);
    throw error;
  }
}

function isPassing(error: Error): boolean {
  if (!isRestError(error)) return false;
  const { statusCode, code = '' }: RestError = error;
  if (statusCode === undefined) return isPassingFailure(code);
  return isPassingStatus(statusCode);
}
