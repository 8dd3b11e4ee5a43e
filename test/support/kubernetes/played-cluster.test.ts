import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apiCalls } from '../contracts/api-calls.ts';
import { apiServerContract } from '../contracts/api-server-contract.ts';
import { applyContract } from '../contracts/apply-contract.ts';
import { deploymentContract } from '../contracts/deployment-contract.ts';
import { listContract } from '../contracts/list-contract.ts';
import { patchContract } from '../contracts/patch-contract.ts';
import { watchContract } from '../contracts/watch-contract.ts';
import { playedNamespace as namespace } from './kept-objects.ts';
import { type PlayedCluster, playedCluster } from './played-cluster.ts';

let server: PlayedCluster;
beforeAll(async () => {
  server = await playedCluster();
});
afterAll(async () => server.close());

const place = () => ({ url: server.url, namespace });

describe('playedCluster()', () => {
  apiServerContract(place);
  listContract(place);
  patchContract(place);
  applyContract(place);
  watchContract(place);
  deploymentContract(place);

  it.each([
    ['PUT', '/api/v1/namespaces/mine/nodes/node-1', 'PUT of an object'],
    ['GET', '/api/v1/namespaces', 'GET /api/v1/namespaces'],
    ['GET', '/apis/batch/v1/namespaces/mine/jobs', 'GET /apis/batch/v1/namespaces/mine/jobs'],
    ['GET', '/api/v1/nodes?resourceVersionMatch=Exact', 'the query parameter resourceVersionMatch'],
    ['GET', '/api/v1/nodes/node-1/proxy/logs', 'the subresource proxy/logs'],
    ['DELETE', '/api/v1/nodes', 'DELETE of a collection'],
  ])('refuses loudly what it does not play: %s %s', async (method, path, what) => {
    const message = `The played API server does not play ${what}`;
    expect(await apiCalls(place()).call(method, path)).toMatchObject({
      status: 501,
      body: { kind: 'Status', message },
    });
  });

  it('counts the calls that reach it', async () => {
    const counted = await playedCluster();
    try {
      const { call, at } = apiCalls({ url: counted.url, namespace });
      for (const query of ['', '?limit=1', '?watch=true&timeoutSeconds=1'])
        await (await fetch(`${counted.url}${at('pods')}${query}`)).text();
      await call('POST', at('pods'), { body: { metadata: { name: 'one' } }, query: { dryRun: 'All' } });
      expect(counted.counts()).toEqual([
        { method: 'GET', path: at('pods'), count: 2 },
        { method: 'GET', path: `${at('pods')}?watch=true`, count: 1 },
        { method: 'POST', path: `${at('pods')}?dryRun=All`, count: 1 },
      ]);
      expect(counted.total()).toBe(4);
    } finally {
      await counted.close();
    }
  });
});
