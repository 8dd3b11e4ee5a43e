import { expect, it } from '@jest/globals';
import type { ServerResponse } from 'node:http';
import { podIdentity, podStart } from '../../../../src/platforms/kubernetes/pods/pod-identity.ts';
import { clientFixture } from '../../../support/kubernetes/client-fixture.ts';
import { json } from '../../../support/kubernetes/api-server.ts';

const { start, open } = clientFixture();

const identity = { name: 'shop', version: '1'.repeat(64) };
const path = '/api/v1/namespaces/mine/pods/shop-1%3A8080/proxy/selfsame';

/** What an API server says that does not get through to a pod. */
function notReached(response: ServerResponse): void {
  const message = 'error trying to reach service: EOF';
  json(response, 503, { kind: 'Status', status: 'Failure', message, reason: 'ServiceUnavailable', code: 503 });
}

it('asks a pod again that the API server did not reach', async () => {
  const server = await start((_, response) => {
    if (server.requests.length < 3) notReached(response);
    else json(response, 200, identity);
  });
  const cluster = await open(await server.kubeconfig());
  expect(await podIdentity(cluster, 'shop-1', { port: 8080 })).toEqual(identity);
  expect(server.requests).toEqual(Array.from({ length: 3 }, () => `GET ${path}`));
});

it('tells when a pod began by the answer, not by the tries before it', async () => {
  const server = await start((_, response) => {
    if (server.requests.length < 3) notReached(response);
    else json(response, 200, { ageMs: 0 });
  });
  const cluster = await open(await server.kubeconfig());
  const askedAt = performance.now();
  const { bootAt = 0 } = (await podStart(cluster, 'shop-1', { port: 8080 })) ?? {};
  // Two pauses were between: 250 and 500 ms.
  expect(bootAt - askedAt).toBeGreaterThan(700);
});

it('gives up after a few tries, and says what was in the way', async () => {
  const server = await start((_, response) => notReached(response));
  const cluster = await open(await server.kubeconfig());
  await expect(podIdentity(cluster, 'shop-1', { port: 8080 })).rejects.toMatchObject({
    code: 'cluster-refused',
    message: expect.stringContaining('error trying to reach service: EOF'),
  });
  expect(server.requests).toHaveLength(4);
});

it.each([403, 404])('asks once where the answer is %d', async (code) => {
  const server = await start((_, response) => json(response, code, { kind: 'Status', code }));
  const cluster = await open(await server.kubeconfig());
  await expect(podIdentity(cluster, 'shop-1', { port: 8080 })).rejects.toThrow(/not allowed|refused/i);
  expect(server.requests).toHaveLength(1);
});

it('ends the asking with its signal', async () => {
  const server = await start((_, response) => notReached(response));
  const cluster = await open(await server.kubeconfig());
  const signal = AbortSignal.timeout(100);
  await expect(podIdentity(cluster, 'shop-1', { port: 8080, signal })).rejects.toThrow(/due to timeout/);
});

it.each<[string, unknown]>([
  ['text', 'hello'],
  ['nothing', null],
  ['a version that is a number', { version: 5 }],
  ['a runner that is an object', { version: '1', runner: {} }],
])('takes no identity from %s, and no start', async (_what, answer) => {
  const server = await start((_, response) => json(response, 200, answer));
  const cluster = await open(await server.kubeconfig());
  await expect(podIdentity(cluster, 'shop-1', { port: 8080 })).rejects.toMatchObject({ code: 'cluster-refused' });
  expect(await podStart(cluster, 'shop-1', { port: 8080 })).toBeUndefined();
});

it('does not take what is larger than any identity', async () => {
  const server = await start((_, response) => json(response, 200, { name: 'x'.repeat(1 << 20) }));
  const cluster = await open(await server.kubeconfig());
  await expect(podIdentity(cluster, 'shop-1', { port: 8080 })).rejects.toMatchObject({
    code: 'cluster-unreadable',
    message: expect.stringContaining('larger than 64 KiB'),
  });
});
