import { isRestError } from '@azure/storage-blob';
import type { RestError } from '@azure/storage-blob';
import { TooLarge } from '../../shared/bounded.ts';
import { DeployError } from '../../shared/errors.ts';
import { NotAzure } from './bounded-pipeline.ts';
import { clockMinutesOff, storeDenied, storeUnreachable, storeUnreadable } from '../errors.ts';

/** What an error has to name: where, and with whose credentials. */
export interface AzurePlace {
  /** For people, without secrets. */
  readonly address: string;
  readonly endpoint: string;
  readonly account?: string | undefined;
  readonly credentials: 'key' | 'sas' | 'identity';
}

/** What to ask for, by what one has. */
export const denialHints: Readonly<Record<AzurePlace['credentials'], string>> = {
  key: 'Copy the account key again (az storage account keys list), and check that the account lets in keys and this network.',
  sas: 'Make a new SAS for the container, with the permissions read, create, write and list (sp=rcwl).',
  identity: 'Ask for the role "Storage Blob Data Contributor" on the storage account, and wait some minutes.',
};

/** Turns the SDK's error into one the user can act on. Anything that is not the SDK's comes back as it is. */
export function explainAzure(error: unknown, place: AzurePlace): unknown {
  if (error instanceof TooLarge) return storeUnreadable(`what ${place.address} answers`, error.message, error);
  if (error instanceof NotAzure) return notBlobStorage(place, error);
  if (!isRestError(error)) return error;
  const { statusCode } = error;
  if (statusCode === undefined) return unreachable(error, place);
  const said = `${statusCode}${codeOf(error)}`;
  if (statusCode === 401 || statusCode === 403) {
    const minutesOff = clockMinutesOff(error.response?.headers.get('date') ?? '');
    const hint = denialHints[place.credentials];
    return storeDenied(place.address, { said, hint, minutesOff, cause: withoutSecrets(error) });
  }
  if (statusCode === 404 && codeOf(error) === '') return notBlobStorage(place, withoutSecrets(error));
  return new DeployError('store-unreachable', `${place.address} answered ${said}`, {
    // 409: a container that was just deleted.
    hint:
      statusCode >= 500 || statusCode === 409
        ? 'Try again in a minute.'
        : 'Check --store: account, container and host.',
    cause: withoutSecrets(error),
  });
}

/** For an answer that no blob service gives. */
function notBlobStorage({ address }: AzurePlace, cause: Error): DeployError {
  return new DeployError('store-unreachable', `Something answers at ${address}, but no Azure Blob Storage`, {
    hint: 'Check --store: account, container and host.',
    cause,
  });
}

function unreachable(error: RestError, { address, endpoint, account }: AzurePlace): DeployError {
  const code = error.code ?? '';
  const cause = withoutSecrets(error);
  if (code === 'ENOTFOUND' && account !== undefined && new URL(endpoint).hostname.startsWith(`${account}.blob.`)) {
    return new DeployError('store-unreachable', `Cannot find the storage account "${account}"`, {
      hint: `Check its name in --store; ${new URL(endpoint).hostname} does not exist.`,
      cause,
    });
  }
  return storeUnreachable(address, { code, cause });
}

/** The SDK's error holds the request, and that the SAS; of it remain the words that are safe to show. */
function withoutSecrets(error: RestError): Error {
  const requestId = error.response?.headers.get('x-ms-request-id');
  return new Error(
    ['Azure:', error.statusCode, error.code, requestId && `request ${requestId}`].filter(Boolean).join(' '),
  );
}

function codeOf(error: RestError): string {
  const code = error.response?.headers.get('x-ms-error-code') ?? '';
  return /^[A-Za-z]+$/.test(code) ? ` ${code}` : '';
}
