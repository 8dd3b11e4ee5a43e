import type { V1ConfigMap, V1Deployment, V1NetworkPolicy, V1Secret, V1Service } from '@kubernetes/client-node';
import type { Intent } from '../../intent.ts';

/** An intent with what Kubernetes alone needs to know of it. */
export interface ManifestIntent extends Intent {
  readonly namespace: string;
  /** Annotations of the Deployment alone, which restart no pod. */
  readonly record?: Readonly<Record<string, string>> | undefined;
  /** After how long without progress Kubernetes itself calls the rollout stuck. */
  readonly progressDeadlineSeconds?: number | undefined;
}

/** One of the kinds we make; name and namespace always stand in its metadata. */
export type KubernetesObject = V1Secret | V1ConfigMap | V1NetworkPolicy | V1Service | V1Deployment;

/** The Deployment among the objects of a manifest. */
export function deploymentIn(objects: readonly KubernetesObject[]): V1Deployment | undefined {
  return objects.find((object): object is V1Deployment => object.kind === 'Deployment');
}
