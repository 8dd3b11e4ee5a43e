import { afterEach, describe, expect, it } from '@jest/globals';
import { startTimings } from '../../src/deploy/start-timings.ts';
import { connect } from '../../src/platforms/kubernetes/api/client.ts';
import { kubernetesPlatform } from '../../src/platforms/kubernetes/platform.ts';
import { type ApiServer, apiServer, json, refuseCall } from '../support/kubernetes/api-server.ts';

describe('startTimings()', () => {
  let server: ApiServer | undefined;
  const ended = new AbortController();
  afterEach(async () => server?.close());

  const clusterOf = async (api: ApiServer) =>
    connect({ kubeconfig: await api.kubeconfig(), environment: {}, signal: ended.signal });
  const seenOf = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `pod-${index}`, createdAt: 0, readyAt: index }));
  const { signal } = new AbortController();
  const nothing = { starts: new Map(), foreign: [] };

  it('asks the five slowest, however many there are', async () => {
    const answer = { ageMs: 1_000, runnerMs: { fetch: 4, verify: 6 }, fetchedBytes: 7 };
    server = await apiServer((_, response) => json(response, 200, answer));
    const cluster = await clusterOf(server);
    const before = performance.now();
    const { starts, foreign } = await startTimings(
      kubernetesPlatform(cluster),
      [...seenOf(50), { name: 'not-ready', createdAt: 0 }],
      {
        port: 80,
        signal,
      },
    );
    const names = ['pod-45', 'pod-46', 'pod-47', 'pod-48', 'pod-49'];
    expect(server.requests.toSorted()).toEqual(
      names.map((name) => `GET /api/v1/namespaces/mine/pods/${name}%3A80/proxy/selfsame/start`),
    );
    expect([[...starts.keys()].toSorted(), foreign]).toEqual([names, []]);
    for (const { bootAt, runner } of starts.values()) {
      expect(runner).toEqual({ fetchMs: 4, verifyMs: 6, fetchedBytes: 7 });
      expect(bootAt).toBeGreaterThanOrEqual(before - 1_000);
      expect(bootAt).toBeLessThanOrEqual(performance.now() - 1_000);
    }
    await cluster.close();
  });

  it('asks nobody where nothing is served', async () => {
    server = await apiServer((_, response) => json(response, 200, {}));
    const cluster = await clusterOf(server);
    expect(await startTimings(kubernetesPlatform(cluster), seenOf(5), { port: undefined, signal })).toEqual(nothing);
    expect(server.requests).toEqual([]);
    await cluster.close();
  });

  it.each([
    ['that may not be asked', 403],
    ['that do not answer', 503],
    ['that have no such page', 404],
  ])('goes without pods %s', async (_, status) => {
    server = await apiServer((_request, response) => refuseCall(response, status, { reason: 'No', message: 'no' }));
    const cluster = await clusterOf(server);
    expect(await startTimings(kubernetesPlatform(cluster), seenOf(5), { port: 80, signal })).toEqual(nothing);
    await cluster.close();
  });

  it.each(['hello', '{}', '{"ageMs":5}'])('names pods that answer something else: %s', async (text) => {
    server = await apiServer((_, response) =>
      text === 'hello' ? response.end(text) : json(response, 200, JSON.parse(text)),
    );
    const cluster = await clusterOf(server);
    const { foreign } = await startTimings(kubernetesPlatform(cluster), seenOf(1), { port: 80, signal });
    expect(foreign).toEqual(['pod-0']);
    await cluster.close();
  });

  it('does not wait for pods that keep silent', async () => {
    server = await apiServer(() => undefined);
    const cluster = await clusterOf(server);
    expect(await startTimings(kubernetesPlatform(cluster), seenOf(5), { port: 80, signal })).toEqual(nothing);
    expect(server.requests).toHaveLength(5);
    await cluster.close();
  });

  it('stops asking when the user ends it', async () => {
    const stop = new AbortController();
    server = await apiServer(() => stop.abort());
    const cluster = await clusterOf(server);
    expect(await startTimings(kubernetesPlatform(cluster), seenOf(1), { port: 80, signal: stop.signal })).toEqual(
      nothing,
    );
    await cluster.close();
  });
});
