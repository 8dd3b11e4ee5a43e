import type { V1Deployment } from '@kubernetes/client-node';
import type { Cluster } from '../../../src/platforms/kubernetes/api/client.ts';
import { pathOf } from '../../../src/platforms/kubernetes/api/resource-paths.ts';
import { untilSeen } from './until-seen.ts';

/** Waits until the Deployment itself says that so many replicas are available and the rollout is over. */
export async function untilAvailable(cluster: Cluster, name: string, replicas: number): Promise<void> {
  await untilSeen<V1Deployment>(cluster, pathOf('Deployment', { namespace: cluster.namespace }), {
    query: { fieldSelector: `metadata.name=${name}` },
    isWanted: ({ status }) =>
      status?.availableReplicas === replicas &&
      (status.conditions?.some(({ reason }) => reason === 'NewReplicaSetAvailable') ?? false),
  });
}
