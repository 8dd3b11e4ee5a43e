import type { V1ConfigMap } from '@kubernetes/client-node';
import { refusalStatus } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { pathOf } from '../api/resource-paths.ts';
import { blobKey } from '../manifest/blob-volume.ts';
import { refusedPart } from './store-rights.ts';

interface How {
  readonly signal?: AbortSignal | undefined;
}

/** What became of a part: we wrote it; it was there, with those bytes; or one of its name holds something else. */
export type WrittenPart = 'written' | 'there' | 'damaged';

/**
 * Makes the immutable ConfigMap of a part, or reads the one that is there. Who comes second finds what the first one made.
 *
 * @param options.isThere known from a look at all of them.
 * @throws {DeployError} `cluster-refused` if the cluster does not take it.
 */
export async function writePart(
  cluster: Cluster,
  part: V1ConfigMap,
  { isThere, signal }: How & { readonly isThere: boolean },
): Promise<WrittenPart> {
  for (let tries = isThere; ; tries = false) {
    if (!tries && (await created(cluster, part, { signal }))) return 'written';
    const found = await cluster.find<V1ConfigMap>(pathOfPart(cluster, part), { signal });
    if (found === undefined) continue;
    if (!holdsSame(found, part)) return 'damaged';
    if (!isThere) await notePart(cluster, part, { signal });
    return 'there';
  }
}

/** Adds what we say of a part to one that is there. What others noted there stays; metadata of what is immutable may change. */
export async function notePart(cluster: Cluster, part: V1ConfigMap, { signal }: How): Promise<void> {
  const { labels, annotations } = part.metadata ?? {};
  await cluster.request('PATCH', pathOfPart(cluster, part), {
    contentType: 'application/merge-patch+json',
    body: { metadata: { labels, annotations } },
    signal,
  });
}

/** True if the parts that are there hold their bytes; those that are missing do not count. */
export async function holdSame(cluster: Cluster, parts: readonly V1ConfigMap[], { signal }: How): Promise<boolean> {
  for (const part of parts) {
    const found = await cluster.find<V1ConfigMap>(pathOfPart(cluster, part), { signal });
    if (found === undefined || !holdsSame(found, part)) return false;
  }
  return true;
}

function holdsSame(found: V1ConfigMap, part: V1ConfigMap): boolean {
  return found.immutable === true && found.binaryData?.[blobKey] === part.binaryData?.[blobKey];
}

/** False if there is one already. */
async function created(cluster: Cluster, part: V1ConfigMap, { signal }: How): Promise<boolean> {
  try {
    await cluster.request('POST', pathOf('ConfigMap', { namespace: cluster.namespace }), { body: part, signal });
    return true;
  } catch (error) {
    if (refusalStatus(error) === 409) return false;
    throw refusedPart(error, cluster);
  }
}

function pathOfPart({ namespace }: Cluster, { metadata }: V1ConfigMap): string {
  return pathOf('ConfigMap', { namespace, name: metadata?.name ?? '' });
}
