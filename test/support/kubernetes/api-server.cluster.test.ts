import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadServerImage, testCluster, type TestCluster } from '../cluster/cluster.ts';
import { apiCalls, newName } from '../contracts/api-calls.ts';
import { apiServerContract } from '../contracts/api-server-contract.ts';
import { applyContract } from '../contracts/apply-contract.ts';
import { deploymentContract } from '../contracts/deployment-contract.ts';
import { listContract } from '../contracts/list-contract.ts';
import { patchContract } from '../contracts/patch-contract.ts';
import { watchContract } from '../contracts/watch-contract.ts';
import { type CountingApi, countingApi } from './counting-api.ts';

let test: TestCluster;
let api: CountingApi;
let folder: string;

beforeAll(async () => {
  test = await testCluster('contract');
  folder = await mkdtemp(join(tmpdir(), 'selfsame-contract-'));
  // Without TLS, as the played one.
  await loadServerImage();
  api = await countingApi(test.kubeconfig, { folder });
}, 180_000);
afterAll(async () => {
  api?.close();
  await test?.close();
  await rm(folder, { recursive: true });
});

const place = () => ({ url: api.url, namespace: test.namespace });

describe('a real API server', () => {
  apiServerContract(place);
  listContract(place);
  patchContract(place);
  applyContract(place);
  watchContract(place);
  deploymentContract(place);
});

it('countingApi() counts the calls by method and path', async () => {
  const { call, at } = apiCalls(place());
  const path = at('configmaps', newName());
  const before = api.total();
  for (const _each of [1, 2]) await call('GET', path);
  await call('DELETE', path, { query: { dryRun: 'All' } });
  expect(api.counts().slice(-2)).toEqual([
    { method: 'GET', path, count: 2 },
    { method: 'DELETE', path: `${path}?dryRun=All`, count: 1 },
  ]);
  expect(api.total()).toBe(before + 3);
  expect(api.traffic().calls).toBe(before + 3);
});
