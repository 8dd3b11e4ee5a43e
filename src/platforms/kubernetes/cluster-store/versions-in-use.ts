import type { V1Namespace, V1ObjectMeta } from '@kubernetes/client-node';
import { permitted } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { managedBy, versionsIn } from '../manifest/labels.ts';
import { type Kind, pathOf } from '../api/resource-paths.ts';
import { referencesOf, type TemplateOwner } from './in-use.ts';

/** What a whole cluster runs, or can roll back to. */
export interface VersionsInUse {
  readonly versions: ReadonlySet<string>;
  /** Where that was looked at: everywhere, or in namespaces alone. */
  readonly seen: 'all' | readonly string[];
  /** Namespaces that we may not look at; empty where all were seen, or where not even their names may be listed. */
  readonly unseen: readonly string[];
}

const namespacesAtOnce = 8;

/**
 * The versions that anything of ours refers to, under whatever name, in every namespace that we may look at: a store is shared
 * by more than one. Pods count as well: one that lost its ReplicaSet still restarts.
 */
export async function versionsInUse(cluster: Cluster, { signal }: { signal: AbortSignal }): Promise<VersionsInUse> {
  const everywhere = await permitted(async () => versionsAt(cluster, { signal }));
  if (everywhere !== undefined) return { versions: everywhere, seen: 'all', unseen: [] };

  const list = await permitted(async () =>
    cluster.request<{ items: V1Namespace[] }>('GET', '/api/v1/namespaces', { signal }),
  );
  const others = (list?.items ?? []).flatMap(({ metadata }) => metadata?.name ?? []);
  // What this is about has to be looked at: that it may not is an error.
  const versions = new Set(await versionsAt(cluster, { namespace: cluster.namespace, signal }));
  const [seen, unseen] = [[cluster.namespace], [] as string[]];
  const rest = others.filter((namespace) => namespace !== cluster.namespace);
  for (let start = 0; start < rest.length; start += namespacesAtOnce) {
    const some = rest.slice(start, start + namespacesAtOnce);
    const found = await Promise.all(
      some.map(async (namespace) => permitted(async () => versionsAt(cluster, { namespace, signal }))),
    );
    for (const [index, namespace] of some.entries()) {
      const there = found[index];
      (there === undefined ? unseen : seen).push(namespace);
      for (const version of there ?? []) versions.add(version);
    }
  }
  return { versions, seen, unseen };
}

async function versionsAt(
  cluster: Cluster,
  { namespace, signal }: { namespace?: string; signal: AbortSignal },
): Promise<Set<string>> {
  const how = { query: { labelSelector: `app.kubernetes.io/managed-by=${managedBy}` }, signal };
  const pathFor = (kind: Kind): string => {
    const path = pathOf(kind, { namespace: namespace ?? '' });
    return namespace === undefined ? path.replace('/namespaces//', '/') : path;
  };
  const [deployments, sets, pods] = await Promise.all([
    cluster.request<{ items: TemplateOwner[] }>('GET', pathFor('Deployment'), how),
    cluster.request<{ items: TemplateOwner[] }>('GET', pathFor('ReplicaSet'), how),
    cluster.request<{ items: { metadata?: V1ObjectMeta }[] | null }>('GET', pathFor('Pod'), {
      ...how,
      metadataOnly: true,
    }),
  ]);
  const { versions } = referencesOf([...deployments.items, ...sets.items]);
  const ofPods = (pods.items ?? []).flatMap(({ metadata }) => Object.values(versionsIn(metadata?.annotations)));
  return new Set([...versions, ...ofPods]);
}
