import type { V1ObjectMeta } from '@kubernetes/client-node';
import { type Digest, short } from '../../../shared/digest.ts';
import { DeployError } from '../../../shared/errors.ts';
import { noteKey, type StoredBlob } from './blob-parts.ts';
import type { Cluster } from '../api/client.ts';
import { pathOf } from '../api/resource-paths.ts';
import { removeObject } from '../apply/remove-object.ts';
import { ownedRevisions } from './owned-revisions.ts';
import { referencesOf } from './in-use.ts';

interface Removal {
  readonly name: string;
  readonly version: Digest;
  readonly blobs: readonly StoredBlob[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Removes a version from what an application has stored, and with the last version of a blob that.
 *
 * @throws {DeployError} `cluster-refused` if a revision that runs or can be rolled back to mounts them.
 */
export async function removeFromBlobs(cluster: Cluster, { name, version, blobs, signal }: Removal): Promise<void> {
  const holding = blobs.filter(({ artifacts }) => artifacts.some((artifact) => artifact.version === version));
  if (holding.length === 0) return;
  const mounted = referencesOf(await ownedRevisions(cluster, name, { signal }));
  const mountedOf = { ConfigMap: mounted.configMaps, Secret: mounted.secrets };
  const isMounted = ({ kind, parts }: StoredBlob): boolean => parts.some((part) => mountedOf[kind].has(part));
  if (holding.some(isMounted)) throw stillNeeded(name, version);

  for (const { kind, artifacts, parts, present } of holding) {
    const gone = artifacts.filter((artifact) => artifact.version === version);
    const annotations = Object.fromEntries(gone.map(({ target }) => [noteKey(target), null]));
    const { metadata } = await cluster.request<{ metadata: V1ObjectMeta }>(
      'PATCH',
      pathOf(kind, { namespace: cluster.namespace, name: parts[0] ?? '' }),
      { contentType: 'application/merge-patch+json', body: { metadata: { annotations } }, signal },
    );
    if (artifacts.length > gone.length) continue;
    // The first one as we left it: if a version was added since, the blob stays.
    if (!(await removeObject(cluster, kind, { metadata, isExact: true, signal }))) continue;
    for (const other of parts.slice(1)) {
      const found = present.get(other);
      if (found !== undefined) await removeObject(cluster, kind, { metadata: found, isExact: false, signal });
    }
  }
}

function stillNeeded(name: string, version: Digest): DeployError {
  return new DeployError('cluster-refused', `Cannot remove version ${short(version)}: a revision of ${name} needs it`, {
    hint: 'Delete its ReplicaSet first, or everything with self delete.',
  });
}
