import type { V1ObjectMeta, V1Pod } from '@kubernetes/client-node';
import { DeployError } from '../../../shared/errors.ts';
import type { Cluster } from '../api/client.ts';
import { permitted } from '../api/api-error.ts';
import { labelSelector, managedBy } from '../manifest/labels.ts';
import { endingLimitMs } from '../manifest/pod-spec.ts';
import { onlyName } from '../manifest/needed-rights.ts';
import { listMetadata } from '../api/list-metadata.ts';
import { type Kind, pathOf } from '../api/resource-paths.ts';
import { removeObject } from './remove-object.ts';
import { watch } from '../api/watch.ts';

export interface RemoveOptions {
  readonly signal: AbortSignal;
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
 * @throws {DeployError} `cluster-refused` where the cluster says of an object that it is gone, and shows it still.
 */
export async function remove(
  cluster: Cluster,
  name: string,
  { signal, foreign, onRemoved }: RemoveOptions,
): Promise<RemovedObject[]> {
  const removed: RemovedObject[] = [];
  for (const kind of kinds) {
    for (const metadata of await oursOf(cluster, kind, { name, signal })) {
      if (foreign?.has(metadata.uid ?? '')) continue;
      const object = { kind, name: metadata.name ?? '' };
      if (!(await removeObject(cluster, kind, { metadata, isExact: false, signal }))) {
        // Something on the way may have said so, which knows nothing of it.
        const left = await oursOf(cluster, kind, { name, signal });
        if (left.some(({ uid }) => uid === metadata.uid)) throw stillThere(cluster, object);
        continue;
      }
      removed.push(object);
      onRemoved?.(object);
    }
  }
  return removed;
}

function stillThere({ server, namespace }: Cluster, { kind, name }: RemovedObject): DeployError {
  return new DeployError(
    'cluster-refused',
    `Cannot delete ${kind} ${name} in namespace ${namespace}: ${server} says that it is gone, and shows it still`,
    { hint: 'Run the same command again.' },
  );
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

/**
 * Waits until no pod of a name is left, for as long as they may take to end: on a node that is lost they never do.
 *
 * @returns the pods that are left.
 */
export async function podsGone(cluster: Cluster, name: string, { signal }: { signal: AbortSignal }): Promise<string[]> {
  const done = new AbortController();
  const startedAt = performance.now();
  let left: string[] = [];
  let limitMs = 0;
  let timer: NodeJS.Timeout | undefined;

  function onChange(pods: ReadonlyMap<string, V1Pod>): void {
    const all = [...pods.values()];
    left = all.map(({ metadata }) => metadata?.name ?? '');
    if (left.length === 0) return done.abort();
    const longestMs = Math.max(...all.map(({ spec }) => endingLimitMs(spec)));
    if (longestMs <= limitMs) return;
    limitMs = longestMs;
    clearTimeout(timer);
    timer = setTimeout(() => done.abort(), startedAt + limitMs - performance.now());
  }

  try {
    await watch<V1Pod>(cluster, pathOf('Pod', { namespace: cluster.namespace }), {
      query: { labelSelector: labelSelector(name) },
      signal: AbortSignal.any([signal, done.signal]),
      onChange,
    });
  } catch (error) {
    if (!done.signal.aborted) throw error;
  } finally {
    clearTimeout(timer);
  }
  return left;
}
