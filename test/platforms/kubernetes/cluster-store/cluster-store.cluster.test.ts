import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Cluster, connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { clusterStore } from '../../../../src/platforms/kubernetes/cluster-store/cluster-store.ts';
import { pathOf } from '../../../../src/platforms/kubernetes/api/resource-paths.ts';
import { remove } from '../../../../src/platforms/kubernetes/apply/remove.ts';
import { accountWith, deployRules } from '../../../support/cluster/account.ts';
import { artifactOf, noise } from '../../../support/programs/artifact.ts';
import { testCluster, type TestCluster } from '../../../support/cluster/cluster.ts';
import { storeContract } from '../../../support/contracts/store-contract.ts';
import {
  forTarget,
  partsOf,
  removePart,
  replacePart,
  replicaSetOf,
  sizeOfPart,
  storeInSecret,
  untilRefused,
} from '../../../support/stores/cluster-parts.ts';
import { ofBlobs, withBlob } from '../../../support/stores/store-kinds.ts';

let place: TestCluster;
let cluster: Cluster;
let stores = 0;
const { signal } = new AbortController();

beforeAll(async () => {
  place = await testCluster('store');
  ({ cluster } = place);
}, 60_000);
afterAll(async () => place?.close());

const nextName = () => `store-${(stores += 1)}`;

describe('clusterStore()', () => {
  storeContract(async () => clusterStore(cluster, { name: nextName() }), ofBlobs);

  it('put() keeps a blob once for all targets, until its last version goes', async () => {
    const name = nextName();
    const store = clusterStore(cluster, { name });
    const one = withBlob(await artifactOf('same blob'));
    const other = await forTarget(one, 'linux-arm64');
    await store.put(one);
    expect(await store.put(other)).toEqual({ sentBytes: 0, reusedBytes: await ofBlobs.sentBytes(one) });
    expect(await partsOf(place, name)).toHaveLength(1);
    expect((await store.list()).map(({ version, target }) => [version, target])).toEqual([
      [one.version, 'linux-x64'],
      [other.version, 'linux-arm64'],
    ]);
    await store.remove(one.version);
    expect(await store.has(other)).toBe(true);
    await store.remove(other.version);
    expect(await partsOf(place, name)).toEqual([]);
  });

  it('put() makes immutable ConfigMaps of at most 900 KiB, and again only those that are gone', async () => {
    const name = nextName();
    const store = clusterStore(cluster, { name });
    const artifact = withBlob(await artifactOf(noise('three', 2_000_000)));
    await store.put(artifact);
    const before = await partsOf(place, name);
    expect(before.map(({ immutable }) => immutable)).toEqual([true, true, true]);
    expect(before.map(sizeOfPart)).toEqual([921_600, 921_600, expect.any(Number)]);
    const { configMaps } = await store.placeOf(artifact);
    expect(before.map(({ metadata }) => metadata?.name)).toEqual(configMaps);

    await removePart(place, configMaps[1]);
    expect(await store.has(artifact)).toBe(false);
    expect(await store.list()).toEqual([]);
    const all = await ofBlobs.sentBytes(artifact);
    expect(await clusterStore(cluster, { name }).put(artifact)).toEqual({
      sentBytes: 1_228_800,
      reusedBytes: all - 1_228_800,
    });
    const after = await partsOf(place, name);
    expect(after.map(({ binaryData }) => binaryData)).toEqual(before.map(({ binaryData }) => binaryData));
    expect(after.map(({ metadata }) => metadata?.uid)[0]).toBe(before[0]?.metadata?.uid);
    expect(await store.has(artifact)).toBe(true);
  });

  it('put() stores under other names what was replaced, though all that is said of it is right', async () => {
    const name = nextName();
    const artifact = withBlob(await artifactOf(noise('replaced', 1_000_000)));
    const first = clusterStore(cluster, { name });
    await first.put(artifact);
    const { configMaps } = await first.source(artifact);
    await replacePart(place, configMaps[1]);
    const all = await ofBlobs.sentBytes(artifact);

    const store = clusterStore(cluster, { name });
    expect(await store.placeOf(artifact)).toMatchObject({ configMaps });
    expect(await store.put(artifact)).toEqual({ sentBytes: all, reusedBytes: 0 });
    const healed = await store.source(artifact);
    expect(healed.configMaps).toEqual(configMaps.map((part) => part.replace(/-(\d{3})$/, '-1-$1')));
    expect(await partsOf(place, name)).toHaveLength(2 * configMaps.length);

    // Whoever deploys next mounts the same, and sends nothing.
    const next = clusterStore(cluster, { name });
    expect(await next.placeOf(artifact)).toMatchObject({ configMaps: healed.configMaps });
    expect(await next.put(artifact)).toEqual({ sentBytes: 0, reusedBytes: 0 });
  });

  it('put() stores under other names where something else has the first name', async () => {
    const name = nextName();
    const store = clusterStore(cluster, { name });
    const artifact = withBlob(await artifactOf('foreign'));
    const [part = ''] = (await store.placeOf(artifact)).configMaps;
    const body = { metadata: { name: part }, binaryData: { blob: Buffer.from('else').toString('base64') } };
    await cluster.request('POST', pathOf('ConfigMap', place), { body });
    await store.put(artifact);
    expect((await store.source(artifact)).configMaps).toEqual([part.replace(/-000$/, '-1-000')]);
    expect(await store.has(artifact)).toBe(true);
  });

  it('list() and remove() see what an earlier selfsame has stored in Secrets', async () => {
    const name = nextName();
    const store = clusterStore(cluster, { name });
    const [earlier, now] = [withBlob(await artifactOf('earlier')), withBlob(await artifactOf('now'))];
    const secret = await storeInSecret(place, name, earlier);
    await store.put(now);
    const set = replicaSetOf(name, [{ secret: { name: secret } }]);
    await cluster.request('POST', pathOf('ReplicaSet', place), { body: set });
    expect((await store.list()).map(({ version }) => version).toSorted()).toEqual(
      [earlier.version, now.version].toSorted(),
    );
    await expect(store.remove(earlier.version)).rejects.toMatchObject({ code: 'cluster-refused' });
    await cluster.request('DELETE', pathOf('ReplicaSet', { ...place, name }));
    await store.remove(earlier.version);
    expect((await store.list()).map(({ version }) => version)).toEqual([now.version]);
  });

  it('remove() keeps what a revision can be rolled back to', async () => {
    const name = nextName();
    const store = clusterStore(cluster, { name });
    const artifact = withBlob(await artifactOf('needed'));
    await store.put(artifact);
    const mounted = (await store.placeOf(artifact)).configMaps;
    const sources = mounted.map((part) => ({ configMap: { name: part } }));
    const set = replicaSetOf(name, sources);
    await cluster.request('POST', pathOf('ReplicaSet', place), { body: set });
    await expect(store.remove(artifact.version)).rejects.toMatchObject({ code: 'cluster-refused' });
    expect(await store.has(artifact)).toBe(true);
    await cluster.request('DELETE', pathOf('ReplicaSet', { ...place, name }));
    await store.remove(artifact.version);
    expect(await partsOf(place, name)).toEqual([]);
  });

  it('goes with its deployment, and with no other', async () => {
    const [name, other] = [nextName(), nextName()];
    const artifact = withBlob(await artifactOf('goes'));
    await clusterStore(cluster, { name }).put(artifact);
    await clusterStore(cluster, { name: other }).put(artifact);
    expect(await remove(cluster, name, { signal })).toMatchObject([{ kind: 'ConfigMap' }]);
    expect(await clusterStore(cluster, { name }).has(artifact)).toBe(false);
    expect(await clusterStore(cluster, { name: other }).has(artifact)).toBe(true);
  });
});

describe('clusterStore().check()', () => {
  it('names the rights that are missing, and how they are granted', async () => {
    const reading = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'] }];
    const account = await accountWith(reading, place);
    const { namespace } = place;
    const modest = await connect({ kubeconfig: account.kubeconfig, namespace, environment: {}, signal });
    try {
      await expect(clusterStore(modest, { name: 'none' }).check()).rejects.toMatchObject({
        code: 'cluster-denied',
        message: `Cannot store in ConfigMaps: the account of the context "test" may not create, patch them in namespace ${namespace}`,
        hint: expect.stringContaining('self rbac'),
      });
    } finally {
      await modest.close();
      await account.remove();
    }
  });

  it('is content with the rights that deploying takes', async () => {
    const other = await testCluster('store-rights');
    const account = await accountWith(deployRules('modest'), other);
    const { namespace } = other;
    const modest = await connect({ kubeconfig: account.kubeconfig, namespace, environment: {}, signal });
    try {
      const store = clusterStore(modest, { name: 'modest' });
      await store.check();
      const artifact = withBlob(await artifactOf('modest'));
      await store.put(artifact);
      await store.remove(artifact.version);
      expect(await store.list()).toEqual([]);
    } finally {
      await modest.close();
      await account.remove();
      await other.close();
    }
  });

  it('tells of a quota before anything is stored', async () => {
    const quota = { metadata: { name: 'few' }, spec: { hard: { configmaps: '0' } } };
    const quotas = `/api/v1/namespaces/${place.namespace}/resourcequotas`;
    await cluster.request('POST', quotas, { body: quota });
    try {
      await expect(untilRefused(() => clusterStore(cluster, { name: 'quota' }).check())).rejects.toMatchObject({
        code: 'cluster-refused',
        message: expect.stringMatching(/^The quota of namespace \S+ takes no more ConfigMaps: few, .*configmaps=/),
        hint: 'Have it raised, or pass --store azure://ACCOUNT/CONTAINER.',
      });
    } finally {
      await cluster.request('DELETE', `${quotas}/few`);
    }
  });

  it('tells that the namespace is missing', async () => {
    const missing = { ...cluster, namespace: 'selfsame-missing' };
    await expect(clusterStore(missing, { name: 'none' }).check()).rejects.toMatchObject({
      code: 'cluster-refused',
      hint: expect.stringContaining('kubectl create namespace selfsame-missing'),
    });
  });
});
