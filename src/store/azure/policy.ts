import type { ContainerClient, SignedIdentifier } from '@azure/storage-blob';
import { DeployError } from '../../shared/errors.ts';
import { azureCode, understood } from './call.ts';
import type { AzureCall } from './call.ts';

/** The stored access policy that links are bound to: whoever removes it from the container ends them all. */
const firstName = 'selfsame';

/** True for that policy, also once another has taken its place: links of a policy that comes back come back with it. */
function isOurs({ id }: { id: string }): boolean {
  return /^selfsame(?:-[0-9a-z]+)?$/.test(id);
}

/** A policy that links are bound to. */
export interface LinkPolicy {
  readonly name: string;
  readonly validUntil: Date;
}

const dayMs = 24 * 60 * 60 * 1000;
/** Half a year after the last deploy, pods that start anew find the door closed. */
const lifetimeMs = 180 * dayMs;
/** Azure's limit for a container. */
const mostPolicies = 5;

interface Policies {
  readonly container: ContainerClient;
  readonly call: AzureCall;
}

/**
 * Makes sure that the policy is there, allows reading alone and lasts another 180 days. A policy that was prolonged
 * within a day stays as it is, and other policies always do.
 *
 * Azure can guard this against another writer to the second only (If-Unmodified-Since).
 *
 * @param options.anew puts another one in its place: with that, all links that were handed out end.
 * @throws {DeployError} `store-denied` if the container has no room for a policy.
 */
export async function prolongPolicy(
  { container, call }: Policies,
  { signal, anew = false }: { readonly signal?: AbortSignal | undefined; readonly anew?: boolean } = {},
): Promise<LinkPolicy> {
  for (let tries = 1; ; tries += 1) {
    const { signedIdentifiers, blobPublicAccess, lastModified } = await call(
      async (attempt) => policiesOf(container, attempt),
      { signal },
    );
    const there = signedIdentifiers.find(isOurs);
    const name = anew ? `${firstName}-${Date.now().toString(36)}` : (there?.id ?? firstName);
    const own = there?.accessPolicy;
    const others = signedIdentifiers.filter((policy) => !isOurs(policy));
    const end = own?.expiresOn?.getTime() ?? 0;
    if (!anew && own?.permissions === 'r' && own.startsOn === undefined && end > Date.now() + lifetimeMs - dayMs) {
      return { name, validUntil: new Date(end) };
    }
    if (others.length >= mostPolicies) throw noRoom(container);

    const validUntil = new Date(Math.ceil((Date.now() + lifetimeMs) / 1000) * 1000);
    const wanted = [...others.map(complete), { id: name, accessPolicy: { permissions: 'r', expiresOn: validUntil } }];
    const written = await call(
      async (attempt) => {
        try {
          const conditions = lastModified && { ifUnmodifiedSince: lastModified };
          await container.setAccessPolicy(blobPublicAccess, wanted, {
            abortSignal: attempt,
            ...(conditions && { conditions }),
          });
          return true;
        } catch (error) {
          if (azureCode(error) === 'ConditionNotMet' && tries < 5) return false;
          throw error;
        }
      },
      { signal },
    );
    if (written) return { name, validUntil };
  }
}

/** When a policy of the container ends; `revoked` if it is gone. */
export async function policyEnd(
  { container, call }: Policies,
  name: string,
  signal?: AbortSignal,
): Promise<Date | 'revoked' | undefined> {
  return call(
    async (attempt) => {
      try {
        const { signedIdentifiers } = await policiesOf(container, attempt);
        const policy = signedIdentifiers.find(({ id }) => id === name);
        const end = policy?.accessPolicy?.expiresOn;
        return policy === undefined ? 'revoked' : Number.isNaN(end?.getTime()) ? undefined : end;
      } catch (error) {
        if (azureCode(error) === 'ContainerNotFound') return 'revoked';
        throw error;
      }
    },
    { signal },
  );
}

async function policiesOf(container: ContainerClient, signal: AbortSignal) {
  return understood(`the access policies of container "${container.containerName}"`, async () =>
    container.getAccessPolicy({ abortSignal: signal }),
  );
}

/** A policy may be a bare name; the SDK reads that as `undefined` and cannot write it back. */
function complete({ id, accessPolicy }: { id: string; accessPolicy?: SignedIdentifier['accessPolicy'] }) {
  return { id, accessPolicy: accessPolicy ?? {} };
}

function noRoom(container: ContainerClient): DeployError {
  return new DeployError(
    'store-denied',
    `Cannot add the access policy "${firstName}": container "${container.containerName}" has ${mostPolicies}, the most Azure allows`,
    { hint: 'Remove one of them, or deploy to a container of its own with --store.' },
  );
}
