import { expect, it } from '@jest/globals';
import { playedCluster } from '../../support/kubernetes/played-cluster.ts';
import { expectFewCalls, redeployCalls } from '../../support/kubernetes/redeploy-calls.ts';

it('a redeploy asks the API server little, and lists ReplicaSets once to read and once to watch', async () => {
  const server = await playedCluster();
  try {
    const found = await redeployCalls(server, { kubeconfig: await server.kubeconfig(), words: [] });
    expectFewCalls(found);
    // What cannot change is not sent again.
    expect(found.calls.filter(({ method, path }) => method === 'PATCH' && path.includes('-runner-'))).toEqual([]);
    const lists = found.calls.filter(
      ({ method, path }) => method === 'GET' && /\/(replicasets|horizontal\w+)$/.test(path),
    );
    expect(lists.map(({ path, count }) => [path.split('/').at(-1), count])).toEqual(
      expect.arrayContaining([
        ['horizontalpodautoscalers', 2],
        ['replicasets', 2],
      ]),
    );
  } finally {
    await server.close();
  }
}, 60_000);
