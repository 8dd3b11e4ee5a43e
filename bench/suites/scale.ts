// What grows with replicas: fifty that start at once against one store, and rollouts of thousands that the deployer watches,
// on simulated nodes. Each once: the controllers make about 20 pods a second, and fifty pods are a sample of fifty.
import { join } from 'node:path';
import { countingApi } from '../../test/support/kubernetes/counting-api.ts';
import { countingAzurite, difference, type CountingAzurite } from '../tools/counting-azurite.ts';
import { benchCluster, closeAndWait, runnerOnNode, type BenchCluster } from '../tools/bench-cluster.ts';
import { runDeployer } from '../tools/measured-deploy.ts';
import { scaleRows, scaleText, type ScaleStart, type WatchedRollout } from './scale-figures.ts';
import { simulatedNodes, type SimulatedNodes } from '../tools/simulated.ts';
import { needTools } from '../tools/find-tools.ts';
import { runTool } from '../tools/run-tool.ts';
import type { Bench, Measured } from './suite.ts';

/** Replicas that start at once. */
const many = 50;
/** Replicas that are watched; the first is what a deploy costs however many there are. */
const watchedReplicas = [5, 500, 5_000] as const;
const podsPerNode = 110;

interface ScaleWorld extends Pick<Bench, 'executable' | 'folder' | 'signal'> {
  readonly place: BenchCluster;
  readonly store: CountingAzurite;
}

export async function scaleSuite({ executable, folder, signal }: Bench): Promise<Measured> {
  needTools();
  const open: (() => Promise<void>)[] = [];
  try {
    const place = await benchCluster('scale', signal);
    open.push(async () => closeAndWait(place));
    const store = await countingAzurite(place.hostAddress, join(folder, 'store'));
    open.push(async () => store.stop());
    const world = { executable, folder, signal, place, store };
    const images = {
      plain: await runnerOnNode(place, { runtime: false, signal }),
      runtime: await runnerOnNode(place, { runtime: true, signal }),
    };
    const starts: ScaleStart[] = [];
    for (const [runner, image] of Object.entries(images)) {
      console.error(`${many} replicas at once, ${runner} runner`);
      starts.push(await startMany(world, { runner, image }));
    }
    const nodes = await simulatedNodes(place, signal);
    // Last of all: a node that is gone ends no pods.
    open.unshift(async () => nodes.close());
    const watched: WatchedRollout[] = [];
    for (const replicas of watchedReplicas) {
      console.error(`${replicas} replicas watched`);
      watched.push(await watchMany(world, { replicas, nodes }));
    }
    return { rows: scaleRows(starts, watched), text: scaleText(starts, watched, place.node) };
  } finally {
    for (const close of open.toReversed()) await close().catch((error: unknown) => console.error(String(error)));
  }
}

/** All at once on one node, the store on the same machine. */
async function startMany(
  world: ScaleWorld,
  { runner, image }: { readonly runner: string; readonly image: string },
): Promise<ScaleStart> {
  const { executable, place, store, signal } = world;
  const name = `many-${runner}`;
  const before = await store.counts();
  const flags = {
    '--name': name,
    '--replicas': String(many),
    '--namespace': place.namespace,
    '--runner-image': image,
    '--target': 'linux-x64',
    '--node-selector': `kubernetes.io/hostname=${place.node}`,
    '--cpu-request': '10m',
  };
  const env = { KUBECONFIG: place.kubeconfig, AZURE_STORAGE_CONNECTION_STRING: store.connectionString };
  const { stages, peakBytes, processorMs } = await runDeployer({
    executable,
    words: Object.entries(flags).flat(),
    env,
    signal,
  });
  const traffic = difference((await store.counts()).runner, before.runner);
  await removeDeployment(world, { name });
  const readyMs = stages.find((stage) => stage.name === 'ready')?.ms ?? NaN;
  return { runner, replicas: many, readyMs, ...traffic, peakBytes, processorMs };
}

async function watchMany(
  world: ScaleWorld,
  { replicas, nodes }: { readonly replicas: number; readonly nodes: SimulatedNodes },
): Promise<WatchedRollout> {
  const { executable, folder, place, store, signal } = world;
  await nodes.atLeast(Math.ceil(replicas / podsPerNode));
  const name = `watched-${replicas}`;
  const api = await countingApi(place.kubeconfig, { folder });
  try {
    const flags = {
      '--name': name,
      '--replicas': String(replicas),
      '--namespace': place.namespace,
      '--wait-timeout': '30m',
      '--target': 'linux-x64',
      '--node-selector': 'type=simulated',
      '--toleration': 'simulated',
    };
    const env = { KUBECONFIG: api.kubeconfig, AZURE_STORAGE_CONNECTION_STRING: store.connectionString };
    const { ms, peakBytes, processorMs } = await runDeployer({
      executable,
      words: Object.entries(flags).flat(),
      env,
      signal,
    });
    return { replicas, ms, peakBytes, processorMs, ...api.traffic() };
  } finally {
    api.close();
    if (!signal.aborted) await removeDeployment(world, { name, simulated: true });
  }
}

/**
 * With its pods: what is measured next is alone.
 *
 * @param options.simulated pods that no process stands for: they need not be asked to end, one by one.
 */
async function removeDeployment(
  { place, signal }: ScaleWorld,
  { name, simulated = false }: { readonly name: string; readonly simulated?: boolean },
): Promise<void> {
  const { kubeconfig, namespace, pods } = place;
  const kubectl = ['kubectl', '--kubeconfig', kubeconfig, '--namespace', namespace, 'delete'] as const;
  await runTool([...kubectl, `deployment/${name}`, '--cascade=background'], { signal });
  if (simulated) {
    // Whoever would make new ones has to be gone first.
    await runTool([...kubectl, 'replicasets', '--all', '--cascade=background'], { signal });
    await runTool([...kubectl, 'pods', '--all', '--force', '--grace-period=0', '--wait=false'], { signal });
  }
  await pods.gone(name);
}
