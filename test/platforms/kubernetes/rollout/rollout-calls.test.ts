import type { ServerResponse } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import { connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { watchRollout } from '../../../../src/platforms/kubernetes/rollout/rollout.ts';
import type { Digest } from '../../../../src/shared/digest.ts';
import { apiServer, json } from '../../../support/kubernetes/api-server.ts';
import { deploymentWith, pod, replicaSet } from '../../../support/kubernetes/observed.ts';

describe('watchRollout()', () => {
  it('makes the same calls for 5, 50 and 500 replicas: what grows is the answer', async () => {
    const five = await callsFor(5);
    expect(five).toHaveLength(8);
    expect(new Set(five).size).toBe(8);
    expect(await callsFor(50)).toEqual(five);
    expect(await callsFor(500)).toEqual(five);
  });
});

/** What was asked until all replicas were ready, each of which came up in three steps. */
async function callsFor(replicas: number): Promise<string[]> {
  const server = await apiServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://here');
    const kind = pathname.split('/').at(-1) ?? '';
    if (searchParams.has('watch')) return changes(kind, replicas, response);
    const items = kind === 'deployments' ? [deploymentWith({ replicas })] : [];
    json(response, 200, { metadata: { resourceVersion: '1' }, items });
  });
  const { signal } = new AbortController();
  const cluster = await connect({ kubeconfig: await server.kubeconfig(), environment: {}, signal });
  try {
    const outcome = await watchRollout(cluster, {
      name: 'hello',
      release: 'new' as Digest,
      timeoutMs: 60_000,
      signal,
    });
    expect(outcome).toMatchObject({ kind: 'ready', progress: { ready: replicas } });
    return server.requests.toSorted();
  } finally {
    await cluster.close();
    await server.close();
  }
}

/** A watch that tells how they come up, and goes on. */
function changes(kind: string, replicas: number, response: ServerResponse): void {
  const tell = (type: string, object: object) => void response.write(`${JSON.stringify({ type, object })}\n`);
  response.writeHead(200, { 'content-type': 'application/json' });
  if (kind === 'replicasets') tell('ADDED', replicaSet('new', 2, { replicas }));
  if (kind !== 'pods') return;
  for (let index = 0; index < replicas; index += 1) {
    tell('ADDED', pod(`hello-${index}`, { phase: 'Pending' }));
    tell('MODIFIED', pod(`hello-${index}`));
    tell('MODIFIED', pod(`hello-${index}`, { isReady: true }));
  }
}
