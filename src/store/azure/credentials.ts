import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import type { TokenCredential } from '@azure/identity';
import { DeployError } from '../../shared/errors.ts';
import { readServerAddress } from '../../shared/server-address.ts';
import type { AzureAddress } from './address.ts';
import { identityFrom } from './identity.ts';
import { readSas, type Sas } from './sas.ts';
import type { Environment } from '../environment.ts';

/** What the deployer holds. What pods read with follows from it. */
export type AzureCredentials =
  | { readonly kind: 'key'; readonly key: StorageSharedKeyCredential }
  | { readonly kind: 'sas'; readonly sas: Sas }
  | { readonly kind: 'identity'; readonly token: TokenCredential };

/** Credentials, and what they say about where the store is. */
export interface Grant {
  readonly credentials: AzureCredentials;
  readonly account?: string | undefined;
  readonly endpoint?: string | undefined;
}

/**
 * Finds the credentials: connection string, account key, SAS, identity, in this order.
 *
 * Nothing is sent: the first use tells whether they are good.
 *
 * @throws {DeployError} `bad-store` if they cannot be read or belong to another account; `store-denied` if a SAS has
 *   ended or does not allow reading.
 */
export function credentialsFrom(environment: Environment, wanted: Partial<AzureAddress>): Grant {
  const connectionString = environment['AZURE_STORAGE_CONNECTION_STRING']?.trim();
  if (connectionString) return sameAccount(fromConnectionString(connectionString), wanted, 'the connection string');

  const named = environment['AZURE_STORAGE_ACCOUNT']?.trim() || undefined;
  const account = named ?? wanted.account;
  if (named !== undefined && !/^[a-z0-9]{3,24}$/.test(named)) {
    throw new DeployError('bad-store', 'Cannot read AZURE_STORAGE_ACCOUNT as the name of a storage account', {
      hint: 'Set it to the name alone: 3 to 24 lower-case letters and digits.',
    });
  }
  const key = environment['AZURE_STORAGE_KEY']?.trim() || environment['AZURE_STORAGE_ACCOUNT_KEY']?.trim();
  if (key) {
    if (account === undefined) {
      throw new DeployError('bad-store', 'Cannot use an account key: the name of its account is missing', {
        hint: 'Set AZURE_STORAGE_ACCOUNT, or pass --store azure://ACCOUNT/CONTAINER.',
      });
    }
    const credentials = { kind: 'key', key: sharedKey(account, key) } as const;
    return sameAccount({ account, credentials }, wanted, 'AZURE_STORAGE_ACCOUNT');
  }
  const sas = environment['AZURE_STORAGE_SAS_TOKEN']?.trim();
  if (sas) {
    return sameAccount(
      { account, credentials: { kind: 'sas', sas: readSas(sas, 'AZURE_STORAGE_SAS_TOKEN') } },
      wanted,
      'AZURE_STORAGE_ACCOUNT',
    );
  }
  return { account, credentials: { kind: 'identity', token: identityFrom(environment) } };
}

function fromConnectionString(text: string): Grant {
  const service = parsed(text);
  const { credential, accountName } = service;
  // The SDK has escaped what it was given.
  const given = /(?:^|;)\s*BlobEndpoint=([^;]*)/i.exec(text)?.[1] ?? service.url;
  const read = readServerAddress(given, ['http:', 'https:']);
  if (read === undefined || read.authorization !== undefined) throw unreadable('its BlobEndpoint is no address');
  const url = new URL(service.url);
  const place = { account: accountName, endpoint: `${url.origin}${url.pathname}`.replace(/\/+$/, '') };
  return credential instanceof StorageSharedKeyCredential
    ? { ...place, credentials: { kind: 'key', key: credential } }
    : {
        ...place,
        credentials: { kind: 'sas', sas: readSas(url.search, 'the SAS of AZURE_STORAGE_CONNECTION_STRING') },
      };
}

function parsed(text: string): BlobServiceClient {
  try {
    return BlobServiceClient.fromConnectionString(text);
  } catch (cause) {
    // Its message is not passed on: the parser quotes what it could not read.
    throw unreadable(cause instanceof Error ? cause.name : typeof cause);
  }
}

function unreadable(why: string): DeployError {
  return new DeployError('bad-store', 'Cannot read AZURE_STORAGE_CONNECTION_STRING', {
    hint: 'Copy it again, whole, from the storage account: Security + networking, Access keys.',
    cause: new Error(why),
  });
}

function sharedKey(account: string, key: string): StorageSharedKeyCredential {
  if (!/^[A-Za-z0-9+/]{20,}={0,2}$/.test(key)) {
    throw new DeployError('bad-store', 'Cannot read AZURE_STORAGE_KEY as an account key', {
      hint: 'Copy it again, whole: it is base64 and ends with "==".',
    });
  }
  return new StorageSharedKeyCredential(account, key);
}

function sameAccount(grant: Grant, wanted: Partial<AzureAddress>, origin: string): Grant {
  if (grant.account !== undefined && wanted.account !== undefined && grant.account !== wanted.account) {
    throw new DeployError('bad-store', `--store names account "${wanted.account}", ${origin} "${grant.account}"`, {
      hint: `Pass --store azure://${grant.account}/CONTAINER, or the credentials of "${wanted.account}".`,
    });
  }
  return grant;
}
