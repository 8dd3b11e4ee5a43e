import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { V1Secret } from '@kubernetes/client-node';
import { type Cluster, connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { secretStore } from '../../../../src/platforms/kubernetes/secret-store/secret-store.ts';
import { pathOf } from '../../../../src/platforms/kubernetes/api/resource-paths.ts';
import { remove } from '../../../../src/platforms/kubernetes/apply/remove.ts';
import { accountWith, deployRules } from '../../../support/cluster/account.ts';
import { artifactOf, noise } from '../../../support/programs/artifact.ts';
import { testCluster, type TestCluster } from '../../../support/cluster/cluster.ts';
import { storeContract } from '../../../support/contracts/store-contract.ts';
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

describe('secretStore()', () => {
  storeContract(async () => secretStore(cluster, { name: nextName() }), ofBlobs);

  it('put() keeps a blob once for all targets, until its last version goes', async () => {
    const name = nextName();
    const store = secretStore(cluster, { name });
    const one = withBlob(await artifactOf('same blob'));
    const other = await forTarget(one, 'linux-arm64');
    await store.put(one);
    expect(await store.put(other)).toEqual({ sentBytes: 0, reusedBytes: await ofBlobs.sentBytes(one) });
    expect(await secretsOf(name)).toHaveLength(1);
    expect((await store.list()).map(({ version, target }) => [version, target])).toEqual([
      [one.version, 'linux-x64'],
      [other.version, 'linux-arm64'],
    ]);
    await store.remove(one.version);
    expect(await store.has(other)).toBe(true);
    await store.remove(other.version);
    expect(await secretsOf(name)).toEqual([]);
  });

  it('put() makes immutable Secrets of at most 900 KiB, and again only those that are gone', async () => {
    const name = nextName();
    const store = secretStore(cluster, { name });
    const artifact = withBlob(await artifactOf(noise('three', 2_000_000)));
    await store.put(artifact);
    const before = await secretsOf(name);
    expect(before.map(({ immutable }) => immutable)).toEqual([true, true, true]);
    expect(before.map(sizeOf)).toEqual([921_600, 921_600, expect.any(Number)]);
    const { secrets } = await store.placeOf(artifact);
    expect(before.map(({ metadata }) => metadata?.name)).toEqual(secrets);

    await removeSecret(secrets[1]);
    expect(await store.has(artifact)).toBe(false);
    expect(await store.list()).toEqual([]);
    const all = await ofBlobs.sentBytes(artifact);
    expect(await secretStore(cluster, { name }).put(artifact)).toEqual({
      sentBytes: 1_228_800,
      reusedBytes: all - 1_228_800,
    });
    const after = await secretsOf(name);
    expect(after.map(({ data }) => data?.['blob'])).toEqual(before.map(({ data }) => data?.['blob']));
    expect(after.map(({ metadata }) => metadata?.uid)[0]).toBe(before[0]?.metadata?.uid);
    expect(await store.has(artifact)).toBe(true);
  });

  it('put() refuses where a Secret of that name holds something else', async () => {
    const name = nextName();
    const store = secretStore(cluster, { name });
    const artifact = withBlob(await artifactOf('foreign'));
    const [secret = ''] = (await store.placeOf(artifact)).secrets;
    const body = { metadata: { name: secret }, data: { blob: Buffer.from('else').toString('base64') } };
    await cluster.request('POST', pathOf('Secret', place), { body });
    await expect(store.put(artifact)).rejects.toMatchObject({
      code: 'store-damaged',
      message: `The Secret ${secret} in namespace ${place.namespace} holds something else`,
    });
    expect(await store.has(artifact)).toBe(false);
  });

  it('remove() keeps what a revision can be rolled back to', async () => {
    const name = nextName();
    const store = secretStore(cluster, { name });
    const artifact = withBlob(await artifactOf('needed'));
    await store.put(artifact);
    const set = replicaSetOf(name, (await store.placeOf(artifact)).secrets);
    await cluster.request('POST', pathOf('ReplicaSet', place), { body: set });
    await expect(store.remove(artifact.version)).rejects.toMatchObject({ code: 'cluster-refused' });
    expect(await store.has(artifact)).toBe(true);
    await cluster.request('DELETE', pathOf('ReplicaSet', { ...place, name }));
    await store.remove(artifact.version);
    expect(await secretsOf(name)).toEqual([]);
  });

  it('goes with its deployment, and with no other', async () => {
    const [name, other] = [nextName(), nextName()];
    const artifact = withBlob(await artifactOf('goes'));
    await secretStore(cluster, { name }).put(artifact);
    await secretStore(cluster, { name: other }).put(artifact);
    expect(await remove(cluster, name, { signal })).toMatchObject([{ kind: 'Secret' }]);
    expect(await secretStore(cluster, { name }).has(artifact)).toBe(false);
    expect(await secretStore(cluster, { name: other }).has(artifact)).toBe(true);
  });
});

describe('secretStore().check()', () => {
  it('names the rights that are missing, and how they are granted', async () => {
    const reading = [{ apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] }];
    const account = await accountWith(reading, place);
    const { namespace } = place;
    const modest = await connect({ kubeconfig: account.kubeconfig, namespace, environment: {}, signal });
    try {
      await expect(secretStore(modest, { name: 'none' }).check()).rejects.toMatchObject({
        code: 'cluster-denied',
        message: `Cannot store in Secrets: the account of the context "test" may not create, patch them in namespace ${namespace}`,
        hint: expect.stringContaining(`kubectl create role selfsame-store --namespace ${namespace} --resource secrets`),
      });
    } finally {
      await modest.close();
      await account.remove();
    }
  });

  it('is content with the rights that deploying takes', async () => {
    const other = await testCluster('store-rights');
    const account = await accountWith(deployRules, other);
    const { namespace } = other;
    const modest = await connect({ kubeconfig: account.kubeconfig, namespace, environment: {}, signal });
    try {
      const store = secretStore(modest, { name: 'modest' });
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
    const quota = { metadata: { name: 'few' }, spec: { hard: { secrets: '0' } } };
    const quotas = `/api/v1/namespaces/${place.namespace}/resourcequotas`;
    await cluster.request('POST', quotas, { body: quota });
    try {
      await expect(untilRefused(() => secretStore(cluster, { name: 'quota' }).check())).rejects.toMatchObject({
        code: 'cluster-refused',
        message: expect.stringMatching(/^The quota of namespace \S+ takes no more Secrets: few, .*secrets=/),
        hint: 'Have it raised, or pass --store azure://ACCOUNT/CONTAINER.',
      });
    } finally {
      await cluster.request('DELETE', `${quotas}/few`);
    }
  });

  it('tells that the namespace is missing', async () => {
    const missing = { ...cluster, namespace: 'selfsame-missing' };
    await expect(secretStore(missing, { name: 'none' }).check()).rejects.toMatchObject({
      code: 'cluster-refused',
      hint: expect.stringContaining('kubectl create namespace selfsame-missing'),
    });
  });
});

/** A quota counts once its controller has looked. */
async function untilRefused(ask: () => Promise<void>): Promise<void> {
  for (;;) await ask();
}

async function secretsOf(name: string): Promise<V1Secret[]> {
  const query = { labelSelector: `app.kubernetes.io/instance=${name}` };
  return (await cluster.request<{ items: V1Secret[] }>('GET', pathOf('Secret', place), { query })).items;
}

async function removeSecret(name = ''): Promise<void> {
  await cluster.request('DELETE', pathOf('Secret', { ...place, name }));
}

function sizeOf({ data }: V1Secret): number {
  return Buffer.from(data?.['blob'] ?? '', 'base64').length;
}

/** Another version of the same blob. */
async function forTarget(artifact: Awaited<ReturnType<typeof artifactOf>>, target: 'linux-arm64') {
  const { blob } = artifact;
  return { ...(await artifactOf(`${artifact.version} for ${target}`)), target, ...(blob && { blob }) };
}

function replicaSetOf(name: string, secrets: readonly string[]): object {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': name };
  const volumes = [{ name: 'blob', projected: { sources: secrets.map((secret) => ({ secret: { name: secret } })) } }];
  const spec = { volumes, containers: [{ name: 'app', image: 'none' }] };
  return {
    metadata: { name, labels: { ...labels, 'app.kubernetes.io/managed-by': 'selfsame' } },
    spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}
