import type { V1ObjectMeta } from '@kubernetes/client-node';
import { refusalStatus } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { type Kind, pathOf } from '../api/resource-paths.ts';

/**
 * Deletes the very object that was seen, not one that took its name since.
 *
 * @param options.isExact leaves it, too, if it has changed since.
 * @returns false if it is not there any more.
 */
export async function removeObject(
  cluster: Cluster,
  kind: Kind,
  options: { readonly metadata: V1ObjectMeta; readonly isExact: boolean; readonly signal?: AbortSignal | undefined },
): Promise<boolean> {
  const { metadata, isExact, signal } = options;
  const { name = '', uid, resourceVersion } = metadata;
  const preconditions = { uid, ...(isExact && { resourceVersion }) };
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions };
  try {
    const path = pathOf(kind, { namespace: cluster.namespace, name });
    await cluster.request('DELETE', path, { body, signal });
    return true;
  } catch (error) {
    if ([404, 409].includes(refusalStatus(error) ?? 0)) return false;
    throw error;
  }
}
