import { chooseStore, type StoreChoice } from '../../deploy/preflight/store-choice.ts';
import type { Cluster } from '../../platforms/kubernetes/api/client.ts';
import { clusterStore } from '../../platforms/kubernetes/cluster-store/cluster-store.ts';
import type { MountedParts } from '../../platforms/kubernetes/manifest/blob-volume.ts';
import { kubernetesPlatform } from '../../platforms/kubernetes/platform.ts';
import { DeployError } from '../../shared/errors.ts';
import type { Store } from '../../store/store.ts';

/**
 * Which store a command on a deployment asks: that of `--store`, else the one that its pods mount, else that of the
 * environment; undefined if there is none of these, for commands that can do without.
 */
export async function configuredStore(
  store: string | undefined,
): Promise<(cluster: Cluster, deployed: MountedParts & { readonly name: string }) => Store | undefined> {
  const choice = await configuredChoice(store);
  return (cluster, { name, blobConfigMaps, blobSecrets }) => {
    if (store === undefined && blobConfigMaps.length + blobSecrets.length > 0) return clusterStore(cluster, { name });
    return choice?.open(kubernetesPlatform(cluster), name);
  };
}

/**
 * The store of `--store`, else that of the environment; undefined if there is none, also where the environment names one half:
 * that is nothing to a command that can do without.
 *
 * @throws {DeployError} as `chooseStore`, for what `--store` names.
 */
export async function configuredChoice(store: string | undefined): Promise<StoreChoice | undefined> {
  try {
    const choice = await chooseStore({ store, environment: process.env });
    return choice.isDefault ? undefined : choice;
  } catch (error) {
    if (store === undefined && error instanceof DeployError && error.code === 'bad-store') return undefined;
    throw error;
  }
}
