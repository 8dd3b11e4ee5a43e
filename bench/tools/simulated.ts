// Nodes that are simulated, for as long as something is measured on them.
import { setTimeout as wait } from 'node:timers/promises';
import type { V1Node } from '@kubernetes/client-node';
import type { BenchCluster } from './bench-cluster.ts';
import { runTool } from './run-tool.ts';

export interface SimulatedNodes {
  /** Makes them so many. */
  atLeast(count: number): Promise<void>;
  /** Takes away those that were added, and what plays them. */
  close(): Promise<void>;
}

/** How often a node says that it is there; after 40 s without, its pods would be taken for lost. */
const heartbeatMs = 10_000;

export async function simulatedNodes(place: BenchCluster, signal: AbortSignal): Promise<SimulatedNodes> {
  const before = new Set(await simulatedNames(place));
  const done = new AbortController();
  const beating = beat(place, AbortSignal.any([signal, done.signal]));
  const beaten = beating.catch((error: unknown) => {
    // The connection may be closed before: then nothing is measured any more.
    if (!place.isClosed()) console.error(`Simulated nodes are no longer kept ready: ${String(error)}`);
  });
  return {
    atLeast: async (count) => place.command('simulate', String(count)),
    async close() {
      done.abort();
      await beaten;
      const within = AbortSignal.timeout(120_000);
      const kubectl = ['kubectl', '--kubeconfig', place.kubeconfig] as const;
      const { stdout } = await runTool([...kubectl, 'get', 'nodes', '-l', 'type=simulated', '-o', 'name'], {
        signal: within,
      });
      const added = stdout.split('\n').filter((node) => node !== '' && !before.has(node.replace('node/', '')));
      if (added.length === 0) return;
      await runTool([...kubectl, 'delete', ...added], { signal: within });
      if (before.size === 0) await place.endCommand('kill', 'kwok');
    },
  };
}

/** What plays the nodes need not renew their leases: we say that they are ready, again and again. */
async function beat(place: BenchCluster, signal: AbortSignal): Promise<void> {
  try {
    for (;;) {
      for (const name of await simulatedNames(place, signal)) {
        const ready = { type: 'Ready', status: 'True', reason: 'Simulated', message: 'simulated' };
        const conditions = [{ ...ready, lastHeartbeatTime: new Date().toISOString() }];
        await place.cluster.request('PATCH', `/api/v1/nodes/${name}/status`, {
          contentType: 'application/strategic-merge-patch+json',
          body: { status: { conditions } },
          signal,
        });
      }
      await wait(heartbeatMs, undefined, { signal });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function simulatedNames({ cluster }: BenchCluster, signal?: AbortSignal): Promise<string[]> {
  const { items } = await cluster.request<{ items: V1Node[] }>('GET', '/api/v1/nodes', {
    query: { labelSelector: 'type=simulated' },
    ...(signal && { signal }),
  });
  return items.map(({ metadata }) => metadata?.name ?? '');
}
