import { afterEach, describe, expect, it } from '@jest/globals';
import { connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { clusterStore } from '../../../../src/platforms/kubernetes/cluster-store/cluster-store.ts';
import { artifactOf, noise } from '../../../support/programs/artifact.ts';
import { withBlob } from '../../../support/stores/store-kinds.ts';
import { type ApiServer, apiServer, json, refuseCall } from '../../../support/kubernetes/api-server.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

/** A store in a cluster that has no ConfigMaps, and takes none. */
async function storeRefusing(code: number, message: string) {
  const server: ApiServer = await apiServer((request, response) => {
    if (request.method === 'POST') refuseCall(response, code, { reason: 'InternalError', message });
    else json(response, 200, { items: null });
  });
  closing.push(() => server.close());
  const { signal } = new AbortController();
  const cluster = await connect({ kubeconfig: await server.kubeconfig(), environment: {}, signal });
  closing.push(() => cluster.close());
  return { store: clusterStore(cluster, { name: 'hello-world' }), server };
}

describe('clusterStore()', () => {
  it.each([
    [500, 'etcdserver: mvcc: database space exceeded', 'The etcd of the cluster is full', /^Have it compacted/],
    [500, 'etcdserver: request is too large', 'The cluster takes no ConfigMap of 900 KiB', /^Have that limit raised/],
    [413, 'Request Entity Too Large', 'The cluster takes no ConfigMap of 900 KiB', /^Have that limit raised/],
    [
      403,
      'configmaps "x" is forbidden: exceeded quota: few, requested: configmaps=1, used: configmaps=3, limited: configmaps=3',
      'The quota of namespace mine takes no more ConfigMaps: few, requested: configmaps=1, used: configmaps=3, limited: configmaps=3',
      /^Have it raised/,
    ],
  ])('put() says in one line why ConfigMaps are not taken: %d %s', async (code, said, message, hint) => {
    const { store } = await storeRefusing(code, said);
    await expect(store.put(withBlob(await artifactOf('refused')))).rejects.toMatchObject({
      code: 'cluster-refused',
      message,
      hint: expect.stringMatching(hint),
    });
  });

  it('placeOf() refuses more than 32 MiB before anything is asked for', async () => {
    const { store, server } = await storeRefusing(500, 'not asked');
    const large = withBlob(await artifactOf(noise('large', 33 << 20)));
    await expect(store.placeOf(large)).rejects.toMatchObject({
      code: 'cluster-refused',
      message: 'Cannot store the application in the cluster: it takes more than 32 MiB, compressed',
      hint: 'Pass another store, such as --store azure://ACCOUNT/CONTAINER.',
    });
    expect(server.requests).toEqual([]);
  });

  it('put() never stores a blob that is not the one of the artifact', async () => {
    const { store, server } = await storeRefusing(500, 'not asked');
    const [artifact, other] = [await artifactOf('one'), await artifactOf('other')];
    const { version: digest, sizeBytes } = artifact;
    const mixed = { ...artifact, blob: { digest, sizeBytes, open: () => other.open() } };
    await expect(store.put(mixed)).rejects.toMatchObject({ code: 'executable-damaged' });
    expect(server.requests).not.toContainEqual(expect.stringContaining('POST'));
  });
});
