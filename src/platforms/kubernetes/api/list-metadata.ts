import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { Cluster } from './client.ts';
import { type Kind, pathOf } from './resource-paths.ts';

/** What of the objects that a selector finds is known without what they hold: Secrets and ConfigMaps may be large. One call. */
export async function listMetadata(
  cluster: Cluster,
  kind: Kind,
  { labelSelector, signal }: { readonly labelSelector: string; readonly signal?: AbortSignal | undefined },
): Promise<V1ObjectMeta[]> {
  const { items } = await cluster.request<{ items: { metadata?: V1ObjectMeta }[] | null }>(
    'GET',
    pathOf(kind, { namespace: cluster.namespace }),
    { query: { labelSelector }, metadataOnly: true, signal },
  );
  // Metadata alone: none come as null.
  return (items ?? []).map(({ metadata = {} }) => metadata);
}
