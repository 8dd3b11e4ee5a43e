import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultPlace } from './place.ts';

const run = promisify(execFile);

export type Component = 'kube-apiserver' | 'etcd' | 'node-1.kubelet';

/** The command of the cluster's that kills its parts and starts them; undefined where the cluster is only given. */
export function clusterCommand(): string | undefined {
  return process.env['SELFSAME_TEST_CLUSTER'];
}

/**
 * Kills a part of the cluster, lets something happen meanwhile, and starts it again, also if that fails. Whoever gives a
 * cluster kills nothing of it: there only the way to it is cut, by whoever is told.
 *
 * @param meanwhile.away what happens while it is away.
 * @param meanwhile.starting what happens as soon as it starts again, and does not yet answer.
 */
export async function without(
  component: Component,
  { cluster }: FaultPlace,
  { away, starting }: { readonly away: () => Promise<void>; readonly starting?: () => Promise<void> },
): Promise<void> {
  const command = clusterCommand();
  if (command !== undefined) await run(command, ['kill', component]);
  try {
    await away();
  } finally {
    if (command !== undefined) await run(command, ['start', component]);
    await starting?.();
    await untilReady(cluster);
  }
}

/** Waits until the API server, and with it etcd, answers. */
async function untilReady(cluster: FaultPlace['cluster']): Promise<void> {
  const signal = AbortSignal.timeout(120_000);
  for (;;) {
    try {
      await cluster.request('GET', '/readyz', { signal, isPatient: false });
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Error)) throw error;
    }
    await sleep(200);
  }
}
