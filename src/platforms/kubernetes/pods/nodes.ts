import type { V1Node } from '@kubernetes/client-node';
import { permitted } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';

/** Nodes by name, with their architecture; undefined where we may not see them. */
export async function architecturesByNode(
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<Map<string, string> | undefined> {
  const nodes = await listNodes(cluster, signal);
  return nodes && new Map(nodes.map((node) => [node.metadata?.name ?? '', architectureOf(node) ?? '']));
}

/** All nodes; undefined where we may not see them. */
export async function listNodes(cluster: Cluster, signal?: AbortSignal): Promise<V1Node[] | undefined> {
  return permitted(async () => (await cluster.request<{ items: V1Node[] }>('GET', '/api/v1/nodes', { signal })).items);
}

/** The label, not what the node says of itself: the scheduler goes by the label. */
export function architectureOf({ metadata }: V1Node): string | undefined {
  return metadata?.labels?.['kubernetes.io/arch'];
}
