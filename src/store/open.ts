import { DeployError } from '../shared/errors.ts';
import { proxiesIn } from '../shared/proxy-setting.ts';
import { isReadOnTheWay } from '../shared/server-address.ts';
import { addressText, parseAzureAddress, publicEndpoint } from './azure/address.ts';
import { parsePublicUrl } from './public-url.ts';
import { credentialsFrom } from './azure/credentials.ts';
import type { Environment } from './environment.ts';
import { azureStore } from './azure/azure.ts';
import { fileStore, parseFileAddress } from './file/file.ts';
import { storeKindOf } from './kind.ts';
import { parseS3Address } from './s3/address.ts';
import { keysFrom } from './s3/credentials.ts';
import { s3Store } from './s3/s3.ts';
import type { UrlStore } from './store.ts';

export interface StoreSettings {
  /** `--store`; SELFSAME_STORE is asked where it is not given. */
  readonly store?: string | undefined;
  /** `--store-url`: where anybody may read what is stored. */
  readonly storeUrl?: string | undefined;
  /** Of the process: it holds the credentials. */
  readonly environment: Environment;
  /** How old what `put` finds may be before it is dated anew (default: `touchAfterMs`). */
  readonly freshMs?: number;
}

/**
 * Opens the store that flags and environment name. Nothing is sent yet: see `Store.check`.
 *
 * @throws {DeployError} `bad-store` if there is none or it cannot be read; `store-denied` if its SAS has ended.
 */
export function openStore({ store, storeUrl, environment, freshMs }: StoreSettings): UrlStore {
  const text = store ?? environment['SELFSAME_STORE'];
  const publicUrl = storeUrl === undefined ? undefined : parsePublicUrl(storeUrl);
  const kind = storeKindOf(text);
  if (kind !== 'file') proxiesIn(environment);
  if (text !== undefined && kind === 's3') return openS3(text, { environment, publicUrl, freshMs });
  if (text !== undefined && kind === 'file') return fileStore(parseFileAddress(text), { publicUrl, freshMs });
  return openAzure(text, { environment, publicUrl, freshMs });
}

/** What a backend needs beside its address. */
interface Opening {
  readonly environment: Environment;
  readonly publicUrl: string | undefined;
  readonly freshMs: number | undefined;
}

function openS3(text: string, { environment, publicUrl, freshMs }: Opening): UrlStore {
  const place = parseS3Address(text, environment);
  return s3Store({ place, keys: keysFrom(environment, place.address), publicUrl, freshMs });
}

function openAzure(text: string | undefined, { environment, publicUrl, freshMs }: Opening): UrlStore {
  const wanted = text === undefined ? { container: 'selfsame' } : parseAzureAddress(text);
  const grant = credentialsFrom(environment, wanted);
  const account = wanted.account ?? grant.account;
  const endpoint = wanted.endpoint ?? grant.endpoint ?? (account === undefined ? undefined : publicEndpoint(account));
  if (endpoint === undefined) {
    throw new DeployError('bad-store', 'No store is configured', {
      hint: 'Pass --store azure://ACCOUNT/CONTAINER, s3://BUCKET or a full URL, or set AZURE_STORAGE_CONNECTION_STRING.',
    });
  }
  if (grant.credentials.kind === 'identity' && !endpoint.startsWith('https:')) {
    const address = addressText(endpoint, account, wanted.container);
    throw new DeployError('bad-store', `No credentials for ${address}, and an identity needs https`, {
      hint: 'Set AZURE_STORAGE_CONNECTION_STRING, AZURE_STORAGE_KEY or AZURE_STORAGE_SAS_TOKEN.',
    });
  }
  const { credentials } = grant;
  if (credentials.kind === 'sas' && isReadOnTheWay(endpoint)) {
    throw new DeployError('bad-store', `Refused to send a SAS to ${endpoint}: it could be read on the way`, {
      hint: 'Use the https:// address of the store, or an account key, which is not sent.',
    });
  }
  return azureStore({ endpoint, account, container: wanted.container, credentials, publicUrl, freshMs });
}
