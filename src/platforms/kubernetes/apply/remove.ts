import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { Cluster } from '../api/client.ts';
import { permitted } from '../api/api-error.ts';
import { labelSelector, managedBy } from '../manifest/labels.ts';
import { onlyName } from '../manifest/needed-rights.ts';
import { listMetadata } from '../api/list-metadata.ts';
import { type Kind, pathOf } from '../api/resource-paths.ts';
import { removeObject } from './remove-object.ts';
import { watch } from '../api/watch.ts';

export interface RemoveOptions {
  readonly signal: AbortSignal;
  /** Waits until the pods are gone too. */
  readonly wait?: boolean;
  /** By uid: what to leave. */
  readonly foreign?: ReadonlySet<string>;
  /** Called with each object that was deleted. */
  readonly onRemoved?: (object: RemovedObject) => void;
}

export interface RemovedObject {
  readonly kind: Kind;
  readonly name: string;
}

/**
 * Deletes what we made under a name in this namespace, and nothing else: each object must carry our label.
 *
 * @returns what was deleted; nothing if there was nothing.
 */
export async function remove(
  cluster: Cluster,
  name: string,
  { signal, wait = false, foreign, onRemoved }: RemoveOptions,
): Promise<RemovedObject[]> {
  const removed: RemovedObject[] = [];
  for (const kind of kinds) {
    for (const metadata of await oursOf(cluster, kind, { name, signal })) {
      if (foreign?.has(metadata.uid ?? '')) continue;
      if (!(await removeObject(cluster, kind, { metadata, isExact: false, signal }))) continue;
      const object = { kind, name: metadata.name ?? '' };
      removed.push(object);
      onRemoved?.(object);
    }
  }
  if (wait) await podsGone(cluster, name, { signal });
  return removed;
}

/** What `remove` would delete. */
export async function removable(
  cluster: Cluster,
  name: string,
  { signal }: { signal: AbortSignal },
): Promise<RemovedObject[]> {
  const found = await Promise.all(kinds.map(async (kind) => oursOf(cluster, kind, { name, signal })));
  return kinds.flatMap((kind, index) => (found[index] ?? []).map((metadata) => ({ kind, name: metadata.name ?? '' })));
}

/** Of everything that we made under a name. */
export async function ownUids(
  cluster: Cluster,
  name: string,
  { signal }: { signal: AbortSignal },
): Promise<ReadonlySet<string>> {
  const found = await Promise.all(kinds.map(async (kind) => oursOf(cluster, kind, { name, signal })));
  return new Set(found.flat().map(({ uid = '' }) => uid));
}

/** The Deployment first, so that no pod misses what it mounts. */
const kinds = ['Deployment', 'Service', 'NetworkPolicy', 'ConfigMap', 'Secret'] as const;

async function oursOf(
  cluster: Cluster,
  kind: Kind,
  { name, signal }: { name: string; signal: AbortSignal },
): Promise<V1ObjectMeta[]> {
  const list = async () => listMetadata(cluster, kind, { labelSelector: labelSelector(name), signal });
  const only = onlyName(kind, name);
  if (only === undefined) return list();
  return (
    (await permitted(list)) ?? (await permitted(async () => oursNamed(cluster, kind, { name: only, signal }))) ?? []
  );
}

/** For who may see no others. */
async function oursNamed(
  cluster: Cluster,
  kind: Kind,
  { name, signal }: { name: string; signal: AbortSignal },
): Promise<V1ObjectMeta[]> {
  const path = pathOf(kind, { namespace: cluster.namespace, name });
  const { metadata } = (await cluster.find<{ metadata?: V1ObjectMeta }>(path, { signal })) ?? {};
  return metadata?.labels?.['app.kubernetes.io/managed-by'] === managedBy ? [metadata] : [];
}

/** Waits until no pod of a name is left. */
export async function podsGone(cluster: Cluster, name: string, { signal }: { signal: AbortSignal }): Promise<void> {
  const done = new AbortController();
  try {
    await watch(cluster, pathOf('Pod', { namespace: cluster.namespace }), {
      query: { labelSelector: labelSelector(name) },
      signal: AbortSignal.any([signal, done.signal]),
      onChange(pods) {
        if (pods.size === 0) done.abort();
      },
    });
  } catch (error) {
    if (!done.signal.aborted) throw error;
  }
}
