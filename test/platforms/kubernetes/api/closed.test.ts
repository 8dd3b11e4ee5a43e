import { expect, it } from '@jest/globals';
import { connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { apiServer, json } from '../../../support/kubernetes/api-server.ts';

it('a call on a connection that was closed fails, and is not taken for an outage', async () => {
  const troubles: unknown[] = [];
  const server = await apiServer((_request, response) => json(response, 200, {}));
  const cluster = await connect({
    kubeconfig: await server.kubeconfig(),
    environment: {},
    signal: new AbortController().signal,
    onTrouble: (trouble) => troubles.push(trouble),
  });
  await cluster.close();
  await expect(cluster.request('GET', '/api/v1/nodes')).rejects.toMatchObject({ code: 'cluster-unreachable' });
  expect(troubles).toEqual([]);
  await server.close();
}, 10_000);
