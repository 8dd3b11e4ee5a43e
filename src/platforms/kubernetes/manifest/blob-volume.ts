import type { V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { MountedPlace } from '../../../store/store.ts';

/** The one entry of a Secret that holds a part of a blob. */
export const blobKey = 'blob';

/** Where a pod finds the parts of the blob: files `000`, `001`, ... */
export const blobFolder = '/run/selfsame-blob';

const volumeName = 'blob';

export const blobMount: V1VolumeMount = { name: volumeName, mountPath: blobFolder, readOnly: true };

/**
 * One volume of all the Secrets that hold a blob. Not optional: a pod waits for one that is missing, and Kubernetes says
 * which; it starts by itself once that is there again.
 */
export function blobVolume({ secrets }: MountedPlace): V1Volume {
  const sources = secrets.map((name, index) => ({
    secret: { name, items: [{ key: blobKey, path: String(index).padStart(3, '0') }] },
  }));
  return { name: volumeName, projected: { defaultMode: 0o444, sources } };
}

/** Which Secrets the volumes of a pod name for a blob. */
export function blobSecretsIn(volumes: readonly V1Volume[] = []): string[] {
  const sources = volumes.find(({ name }) => name === volumeName)?.projected?.sources ?? [];
  return sources.flatMap(({ secret }) => (secret?.name === undefined ? [] : [secret.name]));
}
