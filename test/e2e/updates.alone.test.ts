import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import { type Counts, kinds, type Load, startLoad } from '../support/cluster/load.ts';
import { serviceUrl, untilPods } from '../support/cluster/service-url.ts';
import { labelSelector } from '../../src/platforms/kubernetes/manifest/labels.ts';
import { pathOf } from '../../src/platforms/kubernetes/api/resource-paths.ts';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import { deployerCluster } from '../support/cluster/account.ts';
import type { TestCluster } from '../support/cluster/cluster.ts';
import { busyExecutables } from '../support/programs/executables.ts';
import { type EndedProgram, runProgram } from '../support/programs/program.ts';
import { loadRunnerImage } from '../support/cluster/runner-image.ts';
import { loadStockImage } from '../support/cluster/stock-image.ts';
import { journey } from '../support/run/journey.ts';

// Under constant load through the Service, from outside the pods.

let place: TestCluster;
let store: Azurite;
let images: Record<'stock' | 'thin', string>;
let load: Load | undefined;

beforeAll(async () => {
  place = await deployerCluster('updates', ['thin', 'stock']);
  store = await azuriteProcess({ host: '0.0.0.0', publicHost: place.hostAddress });
  images = { stock: await loadStockImage(), thin: await loadRunnerImage() };
}, 300_000);
afterEach(async () => {
  await load?.stop();
}, 60_000);
afterAll(async () => {
  await place?.close();
  await store?.stop();
}, 60_000);

const busy = async (version: keyof typeof busyExecutables, words: readonly string[]): Promise<EndedProgram> =>
  runProgram(busyExecutables[version], [...words, '--namespace', place.namespace], {
    env: { KUBECONFIG: place.kubeconfig, AZURE_STORAGE_CONNECTION_STRING: store.connectionString },
  });
/** Small, and where nothing is emulated, so that a few updates are quick. */
const deploy = async (name: string, version: keyof typeof busyExecutables, words: readonly string[] = []) => {
  const node = ['--target', 'linux-x64', '--node-selector', 'kubernetes.io/arch=amd64', '--cpu-request', '10m'];
  const ended = await busy(version, ['--kubernetes', '--name', name, '--replicas', '3', ...node, ...words]);
  expect(ended).toMatchObject({ status: 0 });
};
const loadOn = async (name: string): Promise<Load> => (load = startLoad(await serviceUrl(place, name)));

const update = async (runner: 'stock' | 'thin'): Promise<void> => {
  const image = ['--runner-image', images[runner]];
  await deploy(runner, 'first', image);
  const sending = await loadOn(runner);
  await deploy(runner, 'second', image);
  await deploy(runner, 'second', [...image, '--env', 'CHANGED=yes']);
  await deploy(runner, 'first', image);
  expect(failuresOf(await sending.stop())).toEqual([]);
};

it('an application that is updated drops no request, with the thin runner', async () => update('thin'), 300_000);

journey('an application that is updated', (step) => {
  step('drops no request, with the stock runner', 300_000, async () => update('stock'));

  step('drops none when it is scaled down, or a pod is deleted', 120_000, async () => {
    const sending = await loadOn('stock');
    const [pod] = await podsOf(place, 'stock');
    const { name, uid } = pod?.metadata ?? {};
    await place.cluster.request('DELETE', pathOf('Pod', { namespace: place.namespace, ...(name && { name }) }));
    await until('stock', (pods) => !pods.some(({ metadata }) => metadata?.uid === uid));
    expect(await busy('first', ['self', 'scale', '1', '--name', 'stock'])).toMatchObject({ status: 0 });
    await until('stock', (pods) => pods.length === 1);
    expect(failuresOf(await sending.stop())).toEqual([]);
  });

  step('has pods that are given the time its requests may take', 60_000, async () => {
    const [pod] = await podsOf(place, 'stock');
    expect(pod?.spec?.terminationGracePeriodSeconds).toBe(35);
  });
});

async function until(name: string, holds: (pods: readonly V1Pod[]) => boolean): Promise<void> {
  await untilPods(place, name, { holds, signal: AbortSignal.timeout(90_000) });
}

async function podsOf({ cluster, namespace }: TestCluster, name: string): Promise<V1Pod[]> {
  const query = { labelSelector: labelSelector(name) };
  return (await cluster.request<{ items: V1Pod[] }>('GET', pathOf('Pod', { namespace }), { query })).items;
}

/** With their kind. Requests of every kind were sent. */
function failuresOf(counts: Counts): string[] {
  for (const kind of kinds) expect(counts[kind].sent).toBeGreaterThan(10);
  return kinds.flatMap((kind) => counts[kind].failures.map(({ reason }) => `${kind}: ${reason}`));
}
