import type { V1ConfigMap } from '@kubernetes/client-node';
import type { Report } from '../../../shared/report.ts';
import type { RunnerChoice } from '../../intent.ts';
import type { Cluster } from '../api/client.ts';
import { pathOf } from '../api/resource-paths.ts';
import { managedBy } from '../manifest/labels.ts';
import { stockRunnerIn, stockRunnerName } from '../manifest/stock-runner.ts';

/**
 * Finds a name for the ConfigMap of a runner that holds it, or is free. One that was deleted and made again with other content is left
 * alone: a node goes on using what it knew of an immutable one for as long as any of its pods mounts it.
 */
export async function freeRunner(
  cluster: Cluster,
  name: string,
  runner: RunnerChoice,
  { report, signal }: { readonly report: Report; readonly signal: AbortSignal },
): Promise<RunnerChoice> {
  if (runner.kind === 'thin') return runner;
  for (let edition = 0; ; edition += 1) {
    const named = { ...runner, edition };
    const own = stockRunnerName(name, named);
    const path = pathOf('ConfigMap', { namespace: cluster.namespace, name: own });
    const found = await cluster.find<V1ConfigMap>(path, { signal });
    const isOurs = found?.metadata?.labels?.['app.kubernetes.io/managed-by'] === managedBy;
    if (found === undefined || (isOurs && stockRunnerIn(found) === runner.script)) return named;
    report({
      kind: 'warning',
      text: `The ConfigMap ${own} holds something else than the runner: pods get another one`,
    });
  }
}
