import type { Cluster } from '../api/client.ts';
import { labelSelector } from '../manifest/labels.ts';
import { pathOf } from '../api/resource-paths.ts';
import type { TemplateOwner } from './in-use.ts';

/** The Deployment of an application and every ReplicaSet that is kept of it: what runs, and what can be rolled back to. */
export async function ownedRevisions(
  cluster: Cluster,
  name: string,
  how: { readonly signal?: AbortSignal | undefined } = {},
): Promise<TemplateOwner[]> {
  const query = { labelSelector: labelSelector(name) };
  const lists = await Promise.all(
    (['Deployment', 'ReplicaSet'] as const).map(async (kind) =>
      cluster.request<{ items: TemplateOwner[] }>('GET', pathOf(kind, { namespace: cluster.namespace }), {
        query,
        ...how,
      }),
    ),
  );
  return lists.flatMap(({ items }) => items);
}
