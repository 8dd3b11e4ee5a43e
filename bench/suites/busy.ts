// The application that suites put under load, and what they say of it.
import { pathOf } from '../../src/platforms/kubernetes/api/resource-paths.ts';
import type { BenchCluster } from '../tools/bench-cluster.ts';
import { cpuRequest } from '../routes/objects.ts';
import type { Row } from '../tools/table.ts';
import { runTool } from '../tools/run-tool.ts';
import type { Bench } from './suite.ts';
import { buildHere } from '../../src/toolchain/clone.ts';
import { type Counts, kinds } from '../../test/support/cluster/load.ts';

type Version = 'first' | 'second';

/** Deploys a version, and waits until it is ready. */
export type Deploy = (name: string, version: Version, words: readonly string[]) => Promise<void>;

export async function busyDeployer(
  { kubeconfig, namespace }: BenchCluster,
  { signal, env }: Pick<Bench, 'signal'> & { readonly env: Readonly<Record<string, string>> },
): Promise<Deploy> {
  const files = {
    first: await buildHere('test/fixtures/busy.ts'),
    second: await buildHere('test/fixtures/busy-changed.ts'),
  };
  return async (name, version, words) => {
    const flags = ['--kubernetes', '--name', name, '--namespace', namespace, '--cpu-request', cpuRequest];
    await runTool([files[version], ...flags, ...words], { env: { KUBECONFIG: kubeconfig, ...env }, signal });
  };
}

/** Takes an application away, so that the next one has the room. */
export async function removeBusy({ cluster, namespace, pods }: BenchCluster, name: string): Promise<void> {
  await cluster.request('DELETE', pathOf('Deployment', { namespace, name }), {
    body: { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' },
  });
  await pods.gone(name);
}

/** Rows of what was sent, of every kind; none may fail, unless that lies in the nature of the thing. */
export function loadRows(what: string, counts: Counts, { mayFail = false } = {}): Row[] {
  return kinds.flatMap((kind): Row[] => {
    const { sent, slowestMs, failures } = counts[kind];
    const of = `${what}: ${kind}`;
    return [
      { what: `${what}: ${kind}, sent`, unit: 'requests', samples: [sent] },
      {
        what: 'failed',
        of,
        unit: 'requests',
        samples: [failures.length],
        ...(!mayFail && { goal: { figure: 0 } }),
      },
      { what: 'slowest', of, unit: 'ms', samples: [slowestMs] },
    ];
  });
}

/** Why requests failed, each reason once. */
export function reasonsText(what: string, counts: Counts): string[] {
  const failures = kinds.flatMap((kind) => counts[kind].failures.map(({ reason }) => `${kind}: ${reason}`));
  const byReason = Map.groupBy(failures, (reason) => reason);
  return [...byReason].map(([reason, those]) => `${what}: ${those.length} × ${reason}`);
}
