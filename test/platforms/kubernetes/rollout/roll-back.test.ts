import { afterEach, describe, expect, it } from '@jest/globals';
import type { V1Deployment } from '@kubernetes/client-node';
import { connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { historyIn } from '../../../../src/platforms/kubernetes/rollout/history.ts';
import { rollBack } from '../../../../src/platforms/kubernetes/rollout/roll-back.ts';
import { type ApiServer, apiServer, json, refuseCall } from '../../../support/kubernetes/api-server.ts';
import { deploymentWith, replicaSet } from '../../../support/kubernetes/observed.ts';

let server: ApiServer;
afterEach(async () => server.close());

const { signal } = new AbortController();
const from = deploymentWith().spec?.template ?? {};

/** Goes back from release new to old on an API server that answers as told. */
async function goBack(found: V1Deployment | undefined, { conflicts = 0 } = {}) {
  const sets = [replicaSet('new', 2), replicaSet('old', 1)];
  const to = historyIn(deploymentWith(), sets).revisions[1];
  if (to === undefined) throw new Error('no revision');
  let left = conflicts;
  server = await apiServer((request, response) => {
    if (request.url?.includes('/replicasets')) json(response, 200, { items: sets });
    else if (request.method === 'PATCH' && left-- > 0)
      refuseCall(response, 409, { reason: 'Conflict', message: 'changed' });
    else if (found === undefined) refuseCall(response, 404, { reason: 'NotFound', message: 'not found' });
    else json(response, 200, found);
  });
  const cluster = await connect({ kubeconfig: await server.kubeconfig(), environment: {}, signal });
  try {
    return await rollBack(cluster, { name: 'hello', to, from, origin: {}, signal });
  } finally {
    await cluster.close();
  }
}

const managed = (changes: Parameters<typeof deploymentWith>[0] = {}): V1Deployment => {
  const deployment = deploymentWith(changes);
  Object.assign(deployment.metadata ?? {}, { labels: { 'app.kubernetes.io/managed-by': 'selfsame' } });
  return deployment;
};
const patches = () => server.requests.filter((request) => request.startsWith('PATCH')).length;

describe('rollBack()', () => {
  it('tries again when something else was written in between', async () => {
    expect(await goBack(managed(), { conflicts: 2 })).toBe('done');
    expect(patches()).toBe(3);
  });

  it('leaves alone what someone else made of it', async () => {
    const template = { spec: { containers: [{ name: 'app', image: 'theirs' }] } };
    expect(await goBack(managed({ spec: { template } }))).toBe('changed');
    expect(patches()).toBe(0);
  });

  it('says when there is nothing any more', async () => {
    expect(await goBack(undefined)).toBe('deleted');
    expect(patches()).toBe(0);
  });
});
