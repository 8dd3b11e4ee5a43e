import type { V1Deployment } from '@kubernetes/client-node';
import type { Cluster } from '../../../src/platforms/kubernetes/api/client.ts';
import { pathOf } from '../../../src/platforms/kubernetes/api/resource-paths.ts';

/** Waits until the Deployment itself says that so many replicas are available and the rollout is over. */
export async function untilAvailable(cluster: Cluster, name: string, replicas: number): Promise<void> {
  const path = pathOf('Deployment', { namespace: cluster.namespace });
  const query = { fieldSelector: `metadata.name=${name}`, watch: true, timeoutSeconds: 60 };
  for await (const line of cluster.lines(path, { query, signal: AbortSignal.timeout(60_000) })) {
    const { status } = (JSON.parse(line) as { object: V1Deployment }).object;
    const isOver = status?.conditions?.some(({ reason }) => reason === 'NewReplicaSetAvailable') ?? false;
    if (isOver && status?.availableReplicas === replicas) return;
  }
  throw new Error(`The Deployment ${name} did not become available`);
}
