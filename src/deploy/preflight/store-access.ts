import { permitted } from '../../platforms/kubernetes/api/api-error.ts';
import type { Cluster } from '../../platforms/kubernetes/api/client.ts';
import { findBlobs, missingIn, missingText } from '../../platforms/kubernetes/secret-store/find-blobs.ts';
import { deployedLinks } from '../../platforms/kubernetes/pods/deployed-links.ts';
import { linkOf } from '../../platforms/deployed.ts';
import type { Status } from '../../platforms/kubernetes/rollout/status.ts';
import type { Access, Store } from '../../store/store.ts';

/**
 * How the pods of a deployment read the store, and until when: asked of the link that they have, not of one that would be
 * made now.
 *
 * @returns undefined where we may not see the Secret.
 */
export async function accessOfPods(
  { name, versions, blobSecrets }: Pick<Status, 'name' | 'versions' | 'blobSecrets'>,
  { cluster, store, signal }: { cluster: Cluster; store: Store; signal: AbortSignal },
): Promise<Access | undefined> {
  return permitted(async () => {
    if (blobSecrets.length > 0) {
      const missing = missingIn(await findBlobs(cluster, name, { signal }), blobSecrets);
      const warning = `${missingText(missing)}; the same deploy again stores it`;
      return { access: store.access, ...(missing.length > 0 && { warning }) };
    }
    const links = await deployedLinks(cluster, name, { signal });
    if (links === undefined) return undefined;
    // Where each version has its own, all were made by the same deploy, and end together. Others may be of another store.
    const [version = ''] = Object.values(versions);
    return store.accessOf(linkOf(version, links), { signal });
  });
}
