import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { deployerCluster } from '../support/cluster/account.ts';
import { loadStockImage } from '../support/cluster/stock-image.ts';
import { countingApi } from '../support/kubernetes/counting-api.ts';
import { expectFewCalls, redeployCalls } from '../support/kubernetes/redeploy-calls.ts';

it('a redeploy asks a real API server little', async () => {
  const [test] = await Promise.all([deployerCluster('calls'), loadStockImage()]);
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-calls-'));
  const counted = await countingApi(test.kubeconfig, { folder });
  try {
    const words = ['--namespace', test.namespace];
    const found = await redeployCalls(counted, { kubeconfig: counted.kubeconfig, words });
    expectFewCalls(found);
    expect(counted.total()).toBeGreaterThan(found.total);
  } finally {
    counted.close();
    await rm(folder, { recursive: true });
    await test.close();
  }
}, 240_000);
