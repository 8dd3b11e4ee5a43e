// Where a program outside the cluster reaches a Service, with the proxy of the nodes in between.
import { setTimeout as wait } from 'node:timers/promises';
import type { V1Node, V1Pod, V1Service } from '@kubernetes/client-node';
import { labelSelector } from '../../../src/platforms/kubernetes/manifest/labels.ts';
import { pathOf } from '../../../src/platforms/kubernetes/api/resource-paths.ts';
import { watch } from '../../../src/platforms/kubernetes/api/watch.ts';
import type { TestCluster } from './cluster.ts';

type Place = Pick<TestCluster, 'cluster' | 'namespace'>;

/**
 * The address of a Service, once requests to it are answered: its own where this machine is one of the nodes, else, by a
 * Service of the same pods beside it, that of a node.
 */
export async function serviceUrl({ cluster, namespace }: Place, name: string): Promise<string> {
  const { spec } = await cluster.request<V1Service>('GET', pathOf('Service', { namespace, name }));
  const own = `http://${spec?.clusterIP}/`;
  if (await isAnswered(own, 20_000)) return own;
  const { items } = await cluster.request<{ items: V1Node[] }>('GET', '/api/v1/nodes');
  const addresses = items.flatMap(({ status }) => status?.addresses ?? []);
  const address = addresses.find(({ type }) => type === 'InternalIP')?.address;
  const beside = {
    metadata: { name: `${name}-outside` },
    spec: { type: 'NodePort', selector: spec?.selector, ports: spec?.ports },
  };
  const outside = await cluster.request<V1Service>('POST', pathOf('Service', { namespace }), { body: beside });
  const url = `http://${address}:${outside.spec?.ports?.[0]?.nodePort}/`;
  if (await isAnswered(url, 60_000)) return url;
  throw new Error(`Neither ${own} nor ${url} answers`);
}

/** Waits until something holds of the pods of an application. */
export async function untilPods(
  { cluster, namespace }: Place,
  name: string,
  { holds, signal }: { readonly holds: (pods: readonly V1Pod[]) => boolean; readonly signal: AbortSignal },
): Promise<void> {
  const done = new AbortController();
  const watching = watch<V1Pod>(cluster, pathOf('Pod', { namespace }), {
    query: { labelSelector: labelSelector(name) },
    signal: AbortSignal.any([done.signal, signal]),
    onChange(pods) {
      if (holds([...pods.values()])) done.abort();
    },
  });
  await watching.catch((error: unknown) => {
    if (!done.signal.aborted) throw error;
  });
}

/** That pods are ready is news that reaches the proxies a moment later. */
async function isAnswered(url: string, withinMs: number): Promise<boolean> {
  const late = AbortSignal.timeout(withinMs);
  while (!late.aborted) {
    const answered = await fetch(url, { signal: late, headers: { Connection: 'close' } }).then(
      async (response) => response.arrayBuffer().then(() => true),
      () => false,
    );
    if (answered) return true;
    await wait(100);
  }
  return false;
}
