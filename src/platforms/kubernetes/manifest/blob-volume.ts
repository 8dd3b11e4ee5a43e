import type { V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { MountedPlace } from '../../../store/store.ts';

/** What holds a part of a blob. An earlier selfsame stored in Secrets. */
export type PartKind = 'ConfigMap' | 'Secret';

/** The one entry that holds a part of a blob. */
export const blobKey = 'blob';

/** Where a pod finds the parts of the blob: files `000`, `001`, ... */
export const blobFolder = '/run/selfsame-blob';

const volumeName = 'blob';

export const blobMount: V1VolumeMount = { name: volumeName, mountPath: blobFolder, readOnly: true };

/**
 * One volume of all the ConfigMaps that hold a blob. Not optional: a pod waits for one that is missing, and Kubernetes says
 * which; it starts by itself once that is there again.
 */
export function blobVolume({ configMaps }: MountedPlace): V1Volume {
  const sources = configMaps.map((name, index) => ({
    configMap: { name, items: [{ key: blobKey, path: String(index).padStart(3, '0') }] },
  }));
  return { name: volumeName, projected: { defaultMode: 0o444, sources } };
}

/** The names of what pods mount the parts of a blob from; none where they fetch the executable. */
export interface MountedParts {
  readonly blobConfigMaps: readonly string[];
  /** Of what an earlier selfsame deployed. */
  readonly blobSecrets: readonly string[];
}

/** Reads them from the volumes of a pod. */
export function mountedPartsIn(volumes: readonly V1Volume[] = []): MountedParts {
  const sources = volumes.find(({ name }) => name === volumeName)?.projected?.sources ?? [];
  return {
    blobConfigMaps: sources.flatMap(({ configMap }) => configMap?.name ?? []),
    blobSecrets: sources.flatMap(({ secret }) => secret?.name ?? []),
  };
}
