import {
  BlobSASPermissions,
  ContainerSASPermissions,
  SASProtocol,
  generateBlobSASQueryParameters,
} from '@azure/storage-blob';
import type { BlobServiceClient, ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import type { AzureCall } from './call.ts';
import type { AzureCredentials } from './credentials.ts';
import { type LinkPolicy, policyEnd, prolongPolicy } from './policy.ts';
import { dateOf } from './sas.ts';
import type { Sas } from './sas.ts';
import { type Access, endWarning } from '../store.ts';

/** What pods read with. */
interface Link extends Omit<Access, 'access'> {
  readonly secret: string;
}

export interface Opener {
  readonly service: BlobServiceClient;
  readonly container: ContainerClient;
  readonly account: string | undefined;
  readonly credentials: AzureCredentials;
  readonly call: AzureCall;
}

/** Fixed, not the SDK's newest: the text of a link must survive an update of the SDK. */
const sasVersion = '2022-11-02';
const dayMs = 24 * 60 * 60 * 1000;
const delegationDays = 7;

/**
 * Makes the links that pods read with, from what the deployer has: each opens one object for reading, and nothing else, so that
 * with that of one application no other's executable can be read. Who has only a SAS can sign no other, and hands it on.
 */
export function linkMaker(opener: Opener): (object: string, signal?: AbortSignal) => Promise<Link> {
  const { credentials } = opener;
  if (credentials.kind === 'sas') return async () => deployersLink(credentials.sas);
  if (credentials.kind === 'key') {
    const policy = once(async (signal) => prolongPolicy(opener, { signal }));
    return async (object, signal) => policyLink(opener, { object, key: credentials.key, policy: await policy(signal) });
  }
  const period = periodOf(delegationDays * dayMs);
  const key = once(async (signal) => delegationKey(opener, { period, signal }));
  return async (object, signal) => delegatedLink(opener, { object, period, key: await key(signal) });
}

/** Asks once for all that want to know; after a failure, again. */
function once<T>(ask: (signal?: AbortSignal) => Promise<T>): (signal?: AbortSignal) => Promise<T> {
  let asked: Promise<T> | undefined;
  return async (signal) =>
    (asked ??= ask(signal).catch((error: unknown) => {
      asked = undefined;
      throw error;
    }));
}

/** What `linkMaker` will give, in words. */
export function accessWith(credentials: AzureCredentials): string {
  if (credentials.kind === 'key')
    return 'read-only links to one object each, policy selfsame, prolonged at each deploy';
  if (credentials.kind === 'identity')
    return `read-only links to one object each, signed by your identity, for ${delegationDays} days`;
  const { validUntil } = credentials.sas;
  return `the SAS you deploy with${validUntil ? `, until ${validUntil.toISOString()}` : ''}`;
}

/** What a link that was handed out earlier still gives. */
export async function accessOfSas(secret: string, opener: Opener, signal?: AbortSignal): Promise<Access> {
  const fields = new URLSearchParams(secret);
  const policy = fields.get('si');
  const validUntil =
    policy !== null && opener.credentials.kind === 'key'
      ? await policyEnd(opener, policy, signal)
      : dateOf(fields.get('se'));
  if (validUntil === 'revoked') {
    return { access: `revoked: the policy ${policy} is gone`, validUntil: new Date(0), warning: endWarning };
  }
  const opensAll = fields.get('sr') !== 'b';
  const link = opensAll ? 'link to all that is stored there' : 'read-only link';
  const warnings = [
    ...(validUntil && soon(validUntil) ? [endWarning] : []),
    // Who has only a SAS can sign no narrower one, and is told so by each deploy.
    ...(opensAll && opener.credentials.kind !== 'sas' ? [wideWarning] : []),
  ];
  const access = policy === null ? link : `${link}, policy ${policy}`;
  return { access, validUntil, warning: warnings.length === 0 ? undefined : warnings.join('; ') };
}

/** As an earlier selfsame made them. */
const wideWarning =
  'Pods read with a link that opens all that is stored there: a deploy gives them links to one object each, and self revoke ends the others';

function soon(date: Date): boolean {
  return date.getTime() - Date.now() < 14 * dayMs;
}

interface Signing<K> {
  /** The object's name. */
  readonly object: string;
  readonly key: K;
}

function policyLink(
  { container }: Opener,
  { object, key, policy }: Signing<StorageSharedKeyCredential> & { readonly policy: LinkPolicy },
): Link {
  const values = { ...valuesFor(container), blobName: object, identifier: policy.name };
  return { secret: generateBlobSASQueryParameters(values, key).toString(), validUntil: policy.validUntil };
}

function deployersLink({ query, validUntil, permissions }: Sas): Link {
  const notes = [
    validUntil
      ? `it ends ${validUntil.toISOString()}, and pods that start later cannot fetch the executable`
      : 'its end is set by its stored access policy',
    'it opens all that is stored there',
    ...(permissions === 'r' ? [] : ['it allows more than reading']),
  ];
  return {
    secret: query,
    validUntil,
    warning: `Pods read with the SAS you deploy with: ${notes.join('; ')}`,
  };
}

function delegatedLink(
  { container, account, service }: Opener,
  { object, key, period }: Signing<UserDelegationKey> & { readonly period: Period },
): Link {
  const permissions = BlobSASPermissions.from({ read: true });
  const values = { ...valuesFor(container), ...datesOf(period), blobName: object, permissions };
  return {
    secret: generateBlobSASQueryParameters(values, key, account ?? service.accountName).toString(),
    validUntil: period.end,
    warning: `Pods that start after ${period.end.toISOString()} cannot fetch the executable: deploy again before, or deploy with an account key`,
  };
}

/**
 * What the service reads a source with while it copies: a query for reading, of this container, that is for nobody else and
 * ends within the hour; of who has only a SAS, that.
 */
export async function readQuery(opener: Opener, signal?: AbortSignal): Promise<string> {
  const { credentials } = opener;
  return credentials.kind === 'sas'
    ? credentials.sas.query
    : signedQuery(opener, { period: periodOf(60 * 60_000), signal });
}

interface Period {
  readonly begin: Date;
  readonly end: Date;
}

/** Begun in the past for clocks that differ; Azure allows seven days from begin to end, and counts whole seconds. */
function periodOf(lengthMs: number): Period {
  const begin = new Date(Math.floor(Date.now() / 1000) * 1000 - 10 * 60_000);
  return { begin, end: new Date(begin.getTime() + lengthMs) };
}

interface Lasting {
  readonly period: Period;
  readonly signal: AbortSignal | undefined;
}

/** A query that reads the whole container, signed with the account's key or else in the name of the identity. */
async function signedQuery(opener: Opener, { period, signal }: Lasting): Promise<string> {
  const { service, container, account, credentials } = opener;
  const permissions = ContainerSASPermissions.from({ read: true });
  const values = { ...valuesFor(container), ...datesOf(period), permissions };
  if (credentials.kind === 'key') return generateBlobSASQueryParameters(values, credentials.key).toString();
  const key = await delegationKey(opener, { period, signal });
  return generateBlobSASQueryParameters(values, key, account ?? service.accountName).toString();
}

async function delegationKey({ service, call }: Opener, { period, signal }: Lasting): Promise<UserDelegationKey> {
  const { begin, end } = period;
  return call((attempt) => service.getUserDelegationKey(begin, end, { abortSignal: attempt }), { signal });
}

type UserDelegationKey = Awaited<ReturnType<BlobServiceClient['getUserDelegationKey']>>;

function datesOf({ begin, end }: Period): { startsOn: Date; expiresOn: Date } {
  return { startsOn: begin, expiresOn: end };
}

function valuesFor({ containerName, url }: ContainerClient) {
  return { containerName, version: sasVersion, ...(url.startsWith('https:') && { protocol: SASProtocol.Https }) };
}
