import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import type { DeployError } from '../../../shared/errors.ts';
import type { Cluster } from '../api/client.ts';
import { labelSelector } from '../manifest/labels.ts';
import { architecturesByNode } from '../pods/nodes.ts';
import { pathOf } from '../api/resource-paths.ts';
import { type Status, statusIn } from './status.ts';
import { watch } from '../api/watch.ts';

export interface StatusWatchOptions {
  readonly signal: AbortSignal;
  /** Called with what runs whenever something of it changed; with undefined once nothing of ours does. */
  readonly onChange: (status: Status | undefined) => void;
  /** Called when the API server cannot be asked, and with undefined when it can again. */
  readonly onTrouble: (trouble: DeployError | undefined) => void;
}

/** Many pods change in bursts: one look answers for all. */
const settleMs = 50;

/**
 * Keeps what runs under a name in view, by two watches, until the signal ends it.
 *
 * @throws {DeployError} `cluster-denied` or `cluster-unreachable` if that cannot begin. The signal's reason when it ends.
 */
export async function watchStatus(cluster: Cluster, name: string, options: StatusWatchOptions): Promise<never> {
  const { signal, onChange, onTrouble } = options;
  const { namespace } = cluster;
  let deployment: V1Deployment | undefined;
  let isRead = false;
  let pods: readonly V1Pod[] | undefined;
  let isDue = false;
  const nodes = await architecturesByNode(cluster, signal);

  function tellSoon(): void {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      if (!signal.aborted && isRead && pods !== undefined)
        onChange(statusIn({ name, namespace, deployment, pods, nodes }));
    }, settleMs);
  }

  return Promise.race([
    watch<V1Deployment>(cluster, pathOf('Deployment', { namespace }), {
      query: { fieldSelector: `metadata.name=${name}` },
      signal,
      onTrouble,
      onChange(objects) {
        [deployment] = objects.values();
        isRead = true;
        tellSoon();
      },
    }),
    watch<V1Pod>(cluster, pathOf('Pod', { namespace }), {
      query: { labelSelector: labelSelector(name) },
      signal,
      onTrouble,
      onChange(objects) {
        pods = [...objects.values()];
        tellSoon();
      },
    }),
  ]);
}
