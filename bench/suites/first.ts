// From pressing return to five ready replicas, where nobody has deployed before, and for the second version: with nothing but
// the cluster, with a store and a thin runner, and with a container image. On one node, in turn.
import { join } from 'node:path';
import { labelSelector } from '../../src/platforms/kubernetes/manifest/labels.ts';
import { pathOf } from '../../src/platforms/kubernetes/api/resource-paths.ts';
import { loadStockImage } from '../../test/support/cluster/stock-image.ts';
import { countingAzurite } from '../tools/counting-azurite.ts';
import { benchCluster, runnerOnNode, type BenchCluster } from '../tools/bench-cluster.ts';
import { firstRows, firstText, type Held, type FirstLap, type Path } from './first-figures.ts';
import { alternate } from '../tools/measure.ts';
import { cpuRequest, replicas } from '../routes/objects.ts';
import { startCountingRegistry, type Registry } from '../routes/registry.ts';
import { imageRoute } from '../routes/image.ts';
import type { Route, RouteWorld } from '../routes/route.ts';
import { tableOf } from '../tools/table.ts';
import { findRegistry, needTools } from '../tools/find-tools.ts';
import { runTool } from '../tools/run-tool.ts';
import type { Bench, Measured } from './suite.ts';
import { buildHere } from '../../src/toolchain/clone.ts';

/** How one path deploys a version under a name, and what pods then fetched. */
interface Deployer extends Path {
  /** @returns milliseconds from pressing return, before which an application is bundled, to the last ready replica. */
  readonly deploy: (name: string, version: 'first' | 'second') => Promise<number>;
  readonly fetchedBytes: () => Promise<number>;
}

export async function firstSuite({ executable, folder, runs, signal }: Bench): Promise<Measured> {
  needTools();
  const open: (() => Promise<void>)[] = [];
  try {
    const place = await benchCluster('first', signal);
    open.push(async () => place.close());
    const store = await countingAzurite(place.hostAddress, join(folder, 'store'));
    open.push(async () => store.stop());
    const program = await findRegistry(signal);
    if (typeof program !== 'string') throw new Error(`${program.tool} is missing: ${program.hint}`);
    const executables = { first: executable, second: await buildHere('test/fixtures/changed.ts') };
    await loadStockImage();
    const thin = await runnerOnNode(place, { runtime: false, signal });
    const image = imageDeployer({ place, store, registry: undefined, folder, signal }, program);
    open.push(async () => image.close());

    const selfsame = (flags: readonly string[], env: Readonly<Record<string, string>>) =>
      async function deploy(name: string, version: keyof typeof executables): Promise<number> {
        const except = place.pods.templates(name);
        const startedAt = performance.now();
        const words = ['--kubernetes', '--name', name, '--namespace', place.namespace, '--replicas', String(replicas)];
        const rest = ['--target', 'linux-x64', '--cpu-request', cpuRequest, ...flags];
        const [readyAt] = await Promise.all([
          place.pods.ready(name, { count: replicas, except }),
          runTool([executables[version], ...words, ...rest], { env: { KUBECONFIG: place.kubeconfig, ...env }, signal }),
        ]);
        return readyAt - startedAt;
      };
    const deployers: readonly Deployer[] = [
      {
        name: 'cluster',
        what: 'selfsame with nothing but the cluster',
        steps: ['./hello-world --kubernetes'],
        deploy: selfsame(['--store', 'cluster'], { AZURE_STORAGE_CONNECTION_STRING: '', SELFSAME_STORE: '' }),
        fetchedBytes: async () => 0,
      },
      {
        name: 'azure',
        what: 'selfsame with Azure and the thin runner',
        steps: [
          'npm run runner-image',
          'buildah push',
          'export AZURE_STORAGE_CONNECTION_STRING',
          './hello-world --kubernetes',
        ],
        async deploy(name, version) {
          const flags = ['--store', `${store.url}/${name}`, '--runner-image', thin];
          return selfsame(flags, { AZURE_STORAGE_CONNECTION_STRING: store.connectionString })(name, version);
        },
        fetchedBytes: async () => (await store.counts()).runner.sentBytes,
      },
      {
        name: 'image',
        what: 'a container image: buildah, registry, kubectl',
        steps: [
          'write a Dockerfile',
          'write manifests',
          'buildah build',
          'buildah push',
          'kubectl apply',
          'kubectl rollout status',
        ],
        deploy: async (name, version) => image.deploy(name, version),
        fetchedBytes: image.fetchedBytes,
      },
    ];
    let count = 0;
    const laps = await alternate(
      deployers.map((deployer) => ({
        run: async () => {
          signal.throwIfAborted();
          count += 1;
          return lapOf(deployer, {
            place,
            name: deployer.name === 'image' ? 'image' : `${deployer.name}-${count}`,
            signal,
          });
        },
      })),
      runs,
    );
    const measured = deployers.map((path, index) => ({ path, laps: laps[index] ?? [] }));
    const rows = firstRows(measured);
    return { rows, text: `${tableOf(rows)}\n\n${firstText(measured, place.node)}` };
  } finally {
    for (const close of open.toReversed()) await close().catch((error: unknown) => console.error(String(error)));
  }
}

/** Both versions under a name that was never there before, and is not afterwards. */
async function lapOf(
  { name: path, deploy, fetchedBytes }: Deployer,
  { place, name, signal }: { place: BenchCluster; name: string; signal: AbortSignal },
): Promise<FirstLap> {
  const [nothing, before] = [{ objects: 0, bytes: 0 }, path === 'image' ? 0 : await fetchedBytes()];
  const firstMs = await deploy(name, 'first');
  const [first, between] = [await heldFor(place, name), await fetchedBytes()];
  const secondMs = await deploy(name, 'second');
  const [second, after] = [await heldFor(place, name), await fetchedBytes()];
  console.error(`${path}: ${Math.round(firstMs)} ms, then ${Math.round(secondMs)} ms`);
  const kubectl = ['kubectl', '--kubeconfig', place.kubeconfig, '--namespace', place.namespace, 'delete'] as const;
  const ours = ['--selector', labelSelector(name)];
  await runTool([...kubectl, 'deployments,services,configmaps,secrets', ...ours], { signal });
  await place.pods.gone(name);
  return {
    first: { ms: firstMs, podBytes: (between - before) / replicas, held: since(first, nothing) },
    second: { ms: secondMs, podBytes: (after - between) / replicas, held: since(second, first) },
  };
}

/** The container image; a first version goes to a registry that holds nothing yet, and takes its base along. */
function imageDeployer(world: RouteWorld, program: string) {
  const { place, folder, signal } = world;
  let edits = 0;
  let opened: { readonly route: Route; readonly registry: Registry } | undefined;
  const close = async (): Promise<void> => {
    await opened?.route.close();
    await opened?.registry.stop();
    opened = undefined;
  };
  return {
    close,
    async deploy(name: string, version: 'first' | 'second'): Promise<number> {
      edits += 1;
      if (version === 'first') {
        await close();
        const registry = await startCountingRegistry(program, { folder: join(folder, `registry-${edits}`), signal });
        opened = { registry, route: await imageRoute(world, registry) };
      }
      const { route } = opened ?? {};
      if (route === undefined) throw new Error('The second version comes after the first');
      const except = place.pods.templates(name);
      const [{ bundledAt }, readyAt] = await Promise.all([
        route.change(`${version} ${edits}`),
        place.pods.ready(name, { count: replicas, except }),
      ]);
      return readyAt - bundledAt;
    },
    /** Since the first version. */
    fetchedBytes: async () => (await opened?.route.traffic())?.pulledBytes ?? 0,
  };
}

/** What of an application is in the API server, and so in etcd: its objects, and their bytes as JSON. */
async function heldFor({ cluster, namespace }: BenchCluster, name: string): Promise<Held> {
  const kinds = ['Deployment', 'ReplicaSet', 'Service', 'ConfigMap', 'Secret'] as const;
  const query = { labelSelector: labelSelector(name) };
  const lists = await Promise.all(
    kinds.map(async (kind) => cluster.request<{ items: object[] }>('GET', pathOf(kind, { namespace }), { query })),
  );
  const items = lists.flatMap((list) => list.items);
  return { objects: items.length, bytes: items.reduce((sum, item) => sum + JSON.stringify(item).length, 0) };
}

function since(after: Held, before: Held): Held {
  return { objects: after.objects - before.objects, bytes: after.bytes - before.bytes };
}
