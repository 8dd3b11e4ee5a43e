import { expect, it } from '@jest/globals';
import { accessOfPods } from '../../../src/deploy/preflight/store-access.ts';
import { connect } from '../../../src/platforms/kubernetes/api/client.ts';
import type { Store } from '../../../src/store/store.ts';
import { apiServer, json } from '../../support/kubernetes/api-server.ts';
import { memoryStore } from '../../support/stores/memory-store.ts';

const [name, signal] = ['hello', new AbortController().signal];

it.each(['query', `query.${'1'.repeat(64)}`])('accessOfPods() asks the store of the link under %s', async (key) => {
  const server = await apiServer((_request, response) =>
    json(response, 200, {
      metadata: {},
      data: { other: 'eA==', [key]: Buffer.from('sig=deployed').toString('base64') },
    }),
  );
  const cluster = await connect({ kubeconfig: await server.kubeconfig(), environment: {}, signal });
  const asked: (string | undefined)[] = [];
  const store: Store = {
    ...memoryStore(),
    async accessOf(secret) {
      asked.push(secret);
      return { access: 'read-only link' };
    },
  };
  expect(
    await accessOfPods(
      { name, versions: { amd64: '1'.repeat(64) }, blobConfigMaps: [], blobSecrets: [] },
      { cluster, store, signal },
    ),
  ).toEqual({
    access: 'read-only link',
  });
  expect(asked).toEqual(['sig=deployed']);
  await cluster.close();
  await server.close();
});
