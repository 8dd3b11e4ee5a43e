import { ContainerSASPermissions, SASProtocol, generateBlobSASQueryParameters } from '@azure/storage-blob';
import type { BlobServiceClient, ContainerClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import type { AzureCall } from './call.ts';
import type { AzureCredentials } from './credentials.ts';
import { policyEnd, prolongPolicy, policyName } from './policy.ts';
import { dateOf } from './sas.ts';
import type { Sas } from './sas.ts';
import { type Access, endWarning } from '../store.ts';

/** What pods read with: one query for every object of the container, so that one Secret serves all of a deployment. */
export interface Link extends Omit<Access, 'access'> {
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
 * Makes the link that pods read with, from what the deployer has.
 *
 * It opens the whole container for reading, but not for listing. A link for each object would change with each release,
 * and pods of the release before, which read the same Secret, could not restart during a rollout or after a rollback;
 * and an object's name is a SHA-256 that nobody guesses.
 */
export async function linkFrom(opener: Opener, signal?: AbortSignal): Promise<Link> {
  const { credentials } = opener;
  if (credentials.kind === 'key') return policyLink(opener, credentials.key, signal);
  return credentials.kind === 'sas' ? deployersLink(credentials.sas) : delegatedLink(opener, signal);
}

/** What `linkFrom` will give, in words. */
export function accessWith(credentials: AzureCredentials): string {
  if (credentials.kind === 'key') return `read-only link, policy ${policyName}, prolonged at each deploy`;
  if (credentials.kind === 'identity') return `read-only link signed by your identity, for ${delegationDays} days`;
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
  const access = policy === null ? 'read-only link' : `read-only link, policy ${policy}`;
  return { access, validUntil, warning: validUntil && soon(validUntil) ? endWarning : undefined };
}

function soon(date: Date): boolean {
  return date.getTime() - Date.now() < 14 * dayMs;
}

async function policyLink(opener: Opener, key: StorageSharedKeyCredential, signal?: AbortSignal): Promise<Link> {
  const validUntil = await prolongPolicy(opener, signal);
  const { container } = opener;
  const secret = generateBlobSASQueryParameters(
    { containerName: container.containerName, identifier: policyName, version: sasVersion, ...protocolOf(container) },
    key,
  ).toString();
  return { secret, validUntil };
}

function deployersLink({ query, validUntil, permissions }: Sas): Link {
  const notes = [
    validUntil
      ? `it ends ${validUntil.toISOString()}, and pods that start later cannot fetch the executable`
      : 'its end is set by its stored access policy',
    ...(permissions === 'r' ? [] : ['it allows more than reading']),
  ];
  return {
    secret: query,
    validUntil,
    warning: `Pods read with the SAS you deploy with: ${notes.join('; ')}`,
  };
}

async function delegatedLink(opener: Opener, signal?: AbortSignal): Promise<Link> {
  const period = periodOf(delegationDays * dayMs);
  return {
    secret: await signedQuery(opener, { period, signal }),
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

/** A query that reads the whole container, signed with the account's key or else in the name of the identity. */
async function signedQuery(
  { service, container, account, call, credentials }: Opener,
  { period: { begin, end }, signal }: { period: Period; signal: AbortSignal | undefined },
): Promise<string> {
  const values = {
    containerName: container.containerName,
    permissions: ContainerSASPermissions.from({ read: true }),
    startsOn: begin,
    expiresOn: end,
    version: sasVersion,
    ...protocolOf(container),
  };
  if (credentials.kind === 'key') return generateBlobSASQueryParameters(values, credentials.key).toString();
  const key = await call((attempt) => service.getUserDelegationKey(begin, end, { abortSignal: attempt }), { signal });
  return generateBlobSASQueryParameters(values, key, account ?? service.accountName).toString();
}

function protocolOf(container: ContainerClient): { protocol?: SASProtocol } {
  return container.url.startsWith('https:') ? { protocol: SASProtocol.Https } : {};
}
