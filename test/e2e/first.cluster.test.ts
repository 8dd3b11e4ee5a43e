import { afterAll, beforeAll, expect } from '@jest/globals';
import type { CoreV1Event, V1ObjectMeta, V1Pod, V1ReplicaSet } from '@kubernetes/client-node';
import type { Cluster } from '../../src/platforms/kubernetes/api/client.ts';
import type { Query } from '../../src/platforms/kubernetes/api/resource-paths.ts';
import { podIdentity, type PodIdentity } from '../../src/platforms/kubernetes/pods/pod-identity.ts';
import { pathOf } from '../../src/platforms/kubernetes/api/resource-paths.ts';
import { watch, type WatchedObject } from '../../src/platforms/kubernetes/api/watch.ts';
import type { DeployError } from '../../src/shared/errors.ts';
import { provenButImage } from '../support/cluster/proven.ts';
import { deployerCluster } from '../support/cluster/account.ts';
import type { TestCluster } from '../support/cluster/cluster.ts';
import { changedExecutable, helloExecutable } from '../support/programs/executables.ts';
import { type EndedProgram, runProgram } from '../support/programs/program.ts';
import { loadStockImage } from '../support/cluster/stock-image.ts';
import { journey } from '../support/run/journey.ts';

/** A first deploy with a kubeconfig and one file. */
journey('./hello-world --kubernetes with nothing but a cluster', (step) => {
  let place: TestCluster;

  beforeAll(async () => {
    place = await deployerCluster('first');
    await loadStockImage();
  }, 300_000);
  afterAll(async () => place?.close());

  const program = async (
    file: string,
    words: readonly string[],
    env: Record<string, string> = {},
  ): Promise<EndedProgram> =>
    runProgram(file, [...words, '--namespace', place.namespace], {
      env: { ...withoutSettings, KUBECONFIG: place.kubeconfig, ...env },
    });
  const hello = async (words: readonly string[], env?: Record<string, string>) => program(helloExecutable, words, env);
  /** The emulated node is slow. */
  const few = ['--kubernetes', '--replicas', '2', '--node-selector', 'kubernetes.io/arch=amd64'];

  step('serves on five replicas over all nodes, and says which store that takes', 300_000, async () => {
    const ended = await hello(['--kubernetes', '--replicas', '5', '--output', 'json']);
    expect(ended).toMatchObject({ status: 0 });
    expect(ended.stderr).toMatch(
      /stored in ConfigMaps in namespace \S+ \(.*; the default, since no other store is configured\)/,
    );
    const said = JSON.parse(ended.stdout) as { versions: Record<string, string>; sentBytes: number };
    expect(said.sentBytes).toBeLessThan(2_000_000);
    const pods = await podsOf(place);
    const identities = await Promise.all(pods.map(async ({ metadata }) => identityOf(place, metadata)));
    expect(identities).toHaveLength(5);
    for (const { version, runner, target = '' } of identities) {
      expect([version, runner]).toEqual([said.versions[target], said.versions[target]]);
    }
    expect(new Set(identities.map(({ target }) => target))).toEqual(new Set(Object.keys(said.versions)));
  });

  step('sends and changes nothing when it is run again, and self verify proves the bytes', 180_000, async () => {
    const ended = await hello(['--kubernetes', '--replicas', '5', '--output', 'json']);
    const { sentBytes, objects } = JSON.parse(ended.stdout) as { sentBytes: number; objects: { change: string }[] };
    expect([ended.status, sentBytes]).toEqual([0, 0]);
    expect(new Set(objects.map(({ change }) => change))).toEqual(new Set(['unchanged']));
    const verified = await hello(['self', 'verify', '--output', 'json']);
    expect(provenButImage(verified).pods).toHaveLength(5);
    const status = await hello(['self', 'status', '--output', 'json']);
    expect(JSON.parse(status.stdout)).toMatchObject({
      ready: 5,
      store: { access: 'volume of ConfigMaps, no network needed' },
    });
  });

  step('keeps the parts of the version before, so that it can be rolled back to', 300_000, async () => {
    const before = await partsOf(place);
    expect(await program(changedExecutable, few)).toMatchObject({ status: 0 });
    const after = await partsOf(place);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after.length).toBeGreaterThan(before.length);
  });

  step('says which part was deleted by hand, and the same deploy heals it', 300_000, async () => {
    const [pod] = await podsOf(place);
    const [part = ''] = mountedOf(pod);
    // With a pod on it a node goes on knowing what an immutable ConfigMap held: a new one starts there even so.
    await scale(place, 0);
    await place.cluster.request('DELETE', pathOf('ConfigMap', { ...place, name: part }));
    await scale(place, 2);
    // The words of Kubernetes that the diagnosis goes by.
    expect(await failedMount(place, part)).toContain(`configmap "${part}" not found`);

    const status = await program(changedExecutable, ['self', 'status']);
    expect(status.stderr).toContain(`The ConfigMap ${part} is missing`);
    expect(await program(changedExecutable, ['self', 'verify'])).toMatchObject({ status: 1 });

    const healed = await program(changedExecutable, [...few, '--output', 'json']);
    expect(healed).toMatchObject({ status: 0 });
    expect(await partsOf(place)).toContain(part);
    expect((await program(changedExecutable, ['self', 'status'])).stderr).not.toContain('missing');
  });

  step('deletes with self gc what no revision needs, and nothing else', 120_000, async () => {
    const gc = async (...words: string[]) => program(changedExecutable, ['self', 'gc', ...words]);
    const before = await partsOf(place);
    expect((await gc('--yes', '--min-age', '1ms')).stderr).toContain('Nothing of hello-world is unused');

    const path = { namespace: place.namespace };
    const { items } = await place.cluster.request<{ items: V1ReplicaSet[] }>('GET', pathOf('ReplicaSet', path));
    const old = items.find(({ spec }) => spec?.replicas === 0);
    await place.cluster.request('DELETE', pathOf('ReplicaSet', { ...path, name: old?.metadata?.name ?? '' }));
    // A deploy may be about to use what is young.
    expect((await gc('--yes')).stderr).toContain('Nothing of hello-world is unused');
    const shown = await gc('--min-age', '1ms');
    expect(shown.status).toBe(0);
    expect(shown.stderr).toContain('Nothing was deleted: pass --yes');
    expect(await partsOf(place)).toEqual(before);

    expect(await gc('--yes', '--min-age', '1ms')).toMatchObject({ status: 0 });
    const [pod] = await podsOf(place);
    expect(await partsOf(place)).toEqual(mountedOf(pod));
    expect(before.length).toBeGreaterThan(1);
    provenButImage(await program(changedExecutable, ['self', 'verify', '--output', 'json']));
  });

  step('refuses an image that cannot read the cluster as a store', 60_000, async () => {
    for (const words of [[], ['--store', 'cluster']]) {
      const ended = await hello([...few, ...words, '--runner-image', 'registry.test/selfsame-runner:0.1.0']);
      expect(ended).toMatchObject({ status: 2, stdout: '' });
      expect(ended.stderr).toMatch(
        /^error: .*registry.test\/selfsame-runner:0.1.0.* Leave --runner-image out, or pass --store/,
      );
    }
  });

  step('leaves nothing when it is deleted', 180_000, async () => {
    expect(await hello(['self', 'delete', '--yes'])).toMatchObject({ status: 0 });
    expect(await partsOf(place)).toEqual([]);
  });
});

/** What would name a store or an image. */
const withoutSettings = {
  SELFSAME_STORE: undefined,
  SELFSAME_RUNNER_IMAGE: undefined,
  AZURE_STORAGE_CONNECTION_STRING: undefined,
};

/** Asks again where the answer was not in time: an emulated pod of a busy machine takes long to hash its file, but does it once. */
async function identityOf({ cluster }: TestCluster, { name = '' }: V1ObjectMeta = {}): Promise<PodIdentity> {
  for (;;) {
    try {
      return await podIdentity(cluster, name, { port: 8080 });
    } catch (error) {
      if ((error as Partial<DeployError>).code !== 'cluster-unreachable') throw error;
    }
  }
}

async function podsOf(place: TestCluster): Promise<V1Pod[]> {
  const { items } = await place.cluster.request<{ items: V1Pod[] }>(
    'GET',
    pathOf('Pod', { namespace: place.namespace }),
  );
  return items;
}

/** As `kubectl scale` does it; none is there any more when there are to be none. */
async function scale({ cluster, namespace }: TestCluster, replicas: number): Promise<void> {
  const path = `${pathOf('Deployment', { namespace, name: 'hello-world' })}/scale`;
  await cluster.request('PATCH', path, { contentType: 'application/merge-patch+json', body: { spec: { replicas } } });
  if (replicas > 0) return;
  await until<V1Pod>(cluster, pathOf('Pod', { namespace }), { holds: (pods) => pods.length === 0 });
}

function mountedOf(pod: V1Pod | undefined): string[] {
  const sources = pod?.spec?.volumes?.flatMap(({ projected }) => projected?.sources ?? []) ?? [];
  return sources.flatMap(({ configMap }) => configMap?.name ?? []);
}

async function partsOf({ cluster, namespace }: TestCluster): Promise<(string | undefined)[]> {
  const { items } = await cluster.request<{ items: { metadata: V1ObjectMeta }[] }>(
    'GET',
    pathOf('ConfigMap', { namespace }),
    { query: { labelSelector: 'app.kubernetes.io/component=blob' } },
  );
  return items.map(({ metadata }) => metadata.name);
}

/** What the kubelet says of a pod that waits for a part. */
async function failedMount({ cluster, namespace }: TestCluster, part: string): Promise<string> {
  const isAbout = ({ message }: CoreV1Event) => message?.includes(part) === true;
  const events = await until<CoreV1Event>(cluster, pathOf('Event', { namespace }), {
    query: { fieldSelector: 'reason=FailedMount' },
    holds: (seen) => seen.some(isAbout),
  });
  return events.find(isAbout)?.message ?? '';
}

/** Waits until something holds of the objects at a path. */
async function until<T extends WatchedObject>(
  cluster: Cluster,
  path: string,
  { query, holds }: { query?: Query; holds: (objects: T[]) => boolean },
): Promise<T[]> {
  const done = new AbortController();
  let found: T[] = [];
  const watching = watch<T>(cluster, path, {
    ...(query && { query }),
    signal: AbortSignal.any([done.signal, AbortSignal.timeout(120_000)]),
    onChange(objects) {
      found = [...objects.values()];
      if (holds(found)) done.abort();
    },
  });
  await watching.catch((error: unknown) => {
    if (!done.signal.aborted) throw error;
  });
  return found;
}
