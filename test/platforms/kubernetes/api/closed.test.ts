import { expect, it } from '@jest/globals';
import { type Cluster, connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { type ApiServer, apiServer, json, refuseCall } from '../../../support/kubernetes/api-server.ts';

const troubles: unknown[] = [];

async function connected(server: ApiServer): Promise<Cluster> {
  troubles.length = 0;
  return connect({
    kubeconfig: await server.kubeconfig(),
    environment: {},
    signal: new AbortController().signal,
    onTrouble: (trouble) => troubles.push(trouble),
  });
}

it('a call on a connection that was closed fails, and is not taken for an outage', async () => {
  const server = await apiServer((_request, response) => json(response, 200, {}));
  const cluster = await connected(server);
  await cluster.close();
  await expect(cluster.request('GET', '/api/v1/nodes')).rejects.toMatchObject({ code: 'cluster-unreachable' });
  expect(troubles).toEqual([]);
  await server.close();
}, 10_000);

it('what is under way when one of several calls is refused ends with the connection, and nothing is said of the network', async () => {
  const { promise: allCame, resolve } = Promise.withResolvers<void>();
  let came = 0;
  const server = await apiServer(({ url = '' }, response) => {
    came += 1;
    if (url === '/half') response.writeHead(200, { 'content-length': 1000 }).write('{"items": [');
    if (url === '/chunks') response.writeHead(200, { 'content-type': 'application/json' }).write('{"items": [');
    if (came === 5) resolve();
    if (url !== '/refused') return;
    const message = 'pods is forbidden: User "me" cannot list resource "pods"';
    void allCame.then(() => refuseCall(response, 403, { reason: 'Forbidden', message }));
  });
  const cluster = await connected(server);
  const [refused, ...others] = [
    cluster.request('GET', '/refused'),
    cluster.request('GET', '/unanswered'),
    cluster.request('GET', '/half'),
    cluster.request('GET', '/chunks'),
    cluster.request('POST', '/change', { body: {} }),
  ];
  await expect(refused).rejects.toMatchObject({
    code: 'cluster-denied',
    hint: 'Ask for that right (self rbac prints a Role with all that are needed), or pass another --context or --namespace.',
  });
  const ended = Promise.allSettled(others);
  await cluster.close();
  const closed = `Cannot ask ${server.url}: the connection to it was closed`;
  const failed = { status: 'rejected', reason: { code: 'cluster-unreachable', message: closed } };
  expect(await ended).toMatchObject([failed, failed, failed, failed]);
  expect(server.requests).toHaveLength(5);
  expect(troubles).toEqual([]);
  await server.close();
}, 10_000);
