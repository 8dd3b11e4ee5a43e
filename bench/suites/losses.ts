// What is lost with pods and nodes, under constant load through the Service: scaled down, a pod deleted, a node drained, a
// kubelet gone, and a process killed, whose requests under way fail by nature. It kills and cordons, so nobody else may use
// the cluster meanwhile.
import { readdirSync, readFileSync } from 'node:fs';
import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { labelSelector } from '../../src/platforms/kubernetes/manifest/labels.ts';
import { pathOf } from '../../src/platforms/kubernetes/api/resource-paths.ts';
import { podIsReady } from '../../src/platforms/kubernetes/pods/pod-view.ts';
import { watch } from '../../src/platforms/kubernetes/api/watch.ts';
import { loadStockImage } from '../../test/support/cluster/stock-image.ts';
import { busyDeployer, loadRows, reasonsText } from './busy.ts';
import { type BenchCluster, benchCluster } from '../tools/bench-cluster.ts';
import { type Row, tableOf } from '../tools/table.ts';
import { runTool } from '../tools/run-tool.ts';
import type { Bench, Measured } from './suite.ts';
import { startLoad } from '../../test/support/cluster/load.ts';
import { serviceUrl, untilPods } from '../../test/support/cluster/service-url.ts';

const name = 'busy';
const replicas = 4;

export async function lossesSuite({ signal }: Bench): Promise<Measured> {
  const place = await benchCluster('losses', signal);
  try {
    await loadStockImage();
    const deploy = await busyDeployer(place, { signal, env: {} });
    // On nodes of both architectures: where all replicas stand on one, none outlives it.
    await deploy(name, 'first', ['--store', 'cluster', '--replicas', String(replicas)]);
    const url = await serviceUrl(place, name);
    const [rows, notes]: [Row[], string[]] = [[], []];
    const losses: readonly [what: string, lose: () => Promise<void>, mayFail?: boolean][] = [
      ['scaled down to 2', async () => scaled(place, { to: 2, signal })],
      ['scaled up again', async () => scaled(place, { to: replicas, signal })],
      ['pod deleted', async () => podDeleted(place, { signal })],
      ['node drained', async () => nodeDrained(place, signal)],
      ['kubelet killed', async () => kubeletKilled(place, signal)],
      ['only pod deleted', async () => onlyPodDeleted(place, signal), true],
      ['process killed', async () => processKilled(place, signal), true],
    ];
    for (const [what, lose, mayFail = false] of losses) {
      const load = startLoad(url);
      try {
        await lose();
      } finally {
        const counts = await load.stop();
        rows.push(...loadRows(what, counts, { mayFail }));
        notes.push(...reasonsText(what, counts));
        console.error(`${what}: ${Object.values(counts).flatMap(({ failures }) => failures).length} requests failed`);
      }
    }
    const text = `${replicas} replicas on all nodes. In flight on the killed process: what fails by nature.`;
    return { rows, text: [tableOf(rows), '', text, ...notes].join('\n') };
  } finally {
    await place.close();
  }
}

async function scaled(place: BenchCluster, { to, signal }: { to: number; signal: AbortSignal }): Promise<void> {
  const path = `${pathOf('Deployment', { namespace: place.namespace, name })}/scale`;
  const contentType = 'application/merge-patch+json';
  await place.cluster.request('PATCH', path, { contentType, body: { spec: { replicas: to } } });
  await untilReady(place, { count: to, signal });
}

async function podDeleted(
  place: BenchCluster,
  { count = replicas, signal }: { count?: number; signal: AbortSignal },
): Promise<void> {
  const { metadata } = await podOn(place);
  await place.cluster.request('DELETE', pathOf('Pod', { namespace: place.namespace, name: metadata?.name ?? '' }));
  await untilReady(place, { count, except: metadata?.uid, signal });
}

/** It goes on answering until its successor does, if that is quick. */
async function onlyPodDeleted(place: BenchCluster, signal: AbortSignal): Promise<void> {
  await scaled(place, { to: 1, signal });
  await podDeleted(place, { count: 1, signal });
  await scaled(place, { to: replicas, signal });
}

async function nodeDrained(place: BenchCluster, signal: AbortSignal): Promise<void> {
  const { kubeconfig, node } = place;
  const kubectl = (...words: string[]) => runTool(['kubectl', '--kubeconfig', kubeconfig, ...words], { signal });
  try {
    const ours = ['--pod-selector', labelSelector(name), '--delete-emptydir-data', '--timeout', '5m'];
    await kubectl('drain', node, '--ignore-daemonsets', ...ours);
    await untilReady(place, { signal });
  } finally {
    await runTool(['kubectl', '--kubeconfig', kubeconfig, 'uncordon', node], { signal: AbortSignal.timeout(60_000) });
  }
  // Back to where they were.
  await scaled(place, { to: 1, signal });
  await scaled(place, { to: replicas, signal });
}

/** Until the cluster has seen that it is gone, and that it is back. */
async function kubeletKilled(place: BenchCluster, signal: AbortSignal): Promise<void> {
  const kubelet = `${place.node}.kubelet`;
  await place.command('kill', kubelet);
  try {
    await untilNode(place, { isUp: false, signal });
  } finally {
    await place.endCommand('start', kubelet);
  }
  await untilNode(place, { isUp: true, signal });
  await untilReady(place, { signal });
}

/** By the kernel, so that nothing is answered any more; its container starts again. */
async function processKilled(place: BenchCluster, signal: AbortSignal): Promise<void> {
  const { metadata, status } = await podOn(place, { node: place.node });
  const [, id = ''] = (status?.containerStatuses?.[0]?.containerID ?? '').split('://');
  const pid = readdirSync('/proc').find((entry) => /^\d+$/.test(entry) && isIn(id, entry));
  if (id === '' || pid === undefined) throw new Error(`The process of ${metadata?.name} is not on this machine`);
  process.kill(Number(pid), 'SIGKILL');
  await untilPods(place, name, {
    signal,
    holds: (pods) => pods.some((pod) => pod.metadata?.uid === metadata?.uid && restartsOf(pod) > 0 && podIsReady(pod)),
  });
}

function isIn(container: string, pid: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, 'utf8').includes(container);
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}

function restartsOf({ status }: V1Pod): number {
  return status?.containerStatuses?.[0]?.restartCount ?? 0;
}

async function podOn({ cluster, namespace }: BenchCluster, { node }: { node?: string } = {}): Promise<V1Pod> {
  const query = { labelSelector: labelSelector(name), ...(node && { fieldSelector: `spec.nodeName=${node}` }) };
  const { items } = await cluster.request<{ items: V1Pod[] }>('GET', pathOf('Pod', { namespace }), { query });
  const pod = items.find((each) => podIsReady(each));
  if (pod === undefined) throw new Error(`No replica is ready${node === undefined ? '' : ` on ${node}`}`);
  return pod;
}

async function untilReady(
  place: BenchCluster,
  { count = replicas, except, signal }: { count?: number; except?: string | undefined; signal: AbortSignal },
): Promise<void> {
  await untilPods(place, name, {
    signal,
    holds: (pods) => pods.length === count && pods.every((pod) => podIsReady(pod) && pod.metadata?.uid !== except),
  });
}

async function untilNode(
  { cluster, node }: BenchCluster,
  { isUp, signal }: { isUp: boolean; signal: AbortSignal },
): Promise<void> {
  const done = new AbortController();
  const watching = watch<V1Node>(cluster, '/api/v1/nodes', {
    query: { fieldSelector: `metadata.name=${node}` },
    signal: AbortSignal.any([signal, done.signal]),
    onChange(nodes) {
      const conditions = [...nodes.values()][0]?.status?.conditions ?? [];
      const status = conditions.find(({ type }) => type === 'Ready')?.status;
      if (status !== undefined && (status === 'True') === isUp) done.abort();
    },
  });
  await watching.catch((error: unknown) => {
    if (!done.signal.aborted) throw error;
  });
}
