import { permitted } from '../../platforms/kubernetes/api/api-error.ts';
import type { Cluster } from '../../platforms/kubernetes/api/client.ts';
import { missingParts } from '../../platforms/kubernetes/cluster-store/find-blobs.ts';
import { deployedLinks } from '../../platforms/kubernetes/pods/deployed-links.ts';
import type { MountedParts } from '../../platforms/kubernetes/manifest/blob-volume.ts';
import { linkOf } from '../../platforms/deployed.ts';
import type { Status } from '../../platforms/kubernetes/rollout/status.ts';
import type { Access, Store } from '../../store/store.ts';

/**
 * How the pods of a deployment read the store, and until when: asked of the link that they have, not of one that would be
 * made now.
 *
 * @returns undefined where we may not see what is asked for.
 */
export async function accessOfPods(
  { name, versions, blobConfigMaps, blobSecrets }: Pick<Status, 'name' | 'versions' | keyof MountedParts>,
  { cluster, store, signal }: { cluster: Cluster; store: Store; signal: AbortSignal },
): Promise<Access | undefined> {
  return permitted(async () => {
    if (blobConfigMaps.length + blobSecrets.length > 0) {
      const missing = await missingParts(cluster, name, { blobConfigMaps, blobSecrets, signal });
      const access = blobSecrets.length > 0 ? 'volume of Secrets, no network needed' : store.access;
      return { access, ...(missing && { warning: `${missing}; the same deploy again stores it` }) };
    }
    const links = await deployedLinks(cluster, name, { signal });
    if (links === undefined) return undefined;
    // Where each version has its own, all were made by the same deploy, and end together. Others may be of another store.
    const [version = ''] = Object.values(versions);
    return store.accessOf(linkOf(version, links), { signal });
  });
}
