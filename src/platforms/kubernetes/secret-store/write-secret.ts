import type { V1Secret } from '@kubernetes/client-node';
import { DeployError } from '../../../shared/errors.ts';
import { refusalStatus } from '../api/api-error.ts';
import { blobKey } from '../manifest/blob-volume.ts';
import type { Cluster } from '../api/client.ts';
import { pathOf } from '../api/resource-paths.ts';
import { refusedSecret } from './store-rights.ts';

/**
 * Makes an immutable Secret, or adds what we say of it to one that is there. Who comes second finds what the first one made.
 *
 * @param options.isThere known from a look at all of them.
 * @throws {DeployError} `cluster-refused` if the cluster does not take it, `store-damaged` if one of that name holds something else.
 */
export async function writeSecret(
  cluster: Cluster,
  secret: V1Secret,
  { isThere, signal }: { readonly isThere: boolean; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { namespace } = cluster;
  const { name = '', labels, annotations } = secret.metadata ?? {};
  if (!isThere && (await created(cluster, secret, { signal }))) return;
  if (!isThere) {
    const found = await cluster.request<V1Secret>('GET', pathOf('Secret', { namespace, name }), { signal });
    if (found.data?.[blobKey] !== secret.data?.[blobKey]) throw damaged(name, namespace);
  }
  // Metadata of an immutable Secret may change. What others noted there stays.
  await cluster.request('PATCH', pathOf('Secret', { namespace, name }), {
    contentType: 'application/merge-patch+json',
    body: { metadata: { labels, annotations } },
    signal,
  });
}

/** False if there is one already. */
async function created(
  cluster: Cluster,
  secret: V1Secret,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<boolean> {
  try {
    await cluster.request('POST', pathOf('Secret', { namespace: cluster.namespace }), { body: secret, signal });
    return true;
  } catch (error) {
    if (refusalStatus(error) === 409) return false;
    throw refusedSecret(error, cluster);
  }
}

function damaged(name: string, namespace: string): DeployError {
  return new DeployError('store-damaged', `The Secret ${name} in namespace ${namespace} holds something else`, {
    hint: `Delete it (kubectl delete secret ${name} --namespace ${namespace}), then deploy again.`,
  });
}
