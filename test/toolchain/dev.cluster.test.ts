import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import { testCluster, type TestCluster } from '../support/cluster/cluster.ts';
import { copySources, edit, startDev, type DevLoop } from '../support/programs/dev-loop.ts';
import { loadRunnerImage } from '../support/cluster/runner-image.ts';

describe('npm run dev -- --kubernetes', () => {
  let place: TestCluster;
  let store: Azurite;
  let image: string;
  let checkout: string;
  let loop: DevLoop | undefined;

  beforeAll(async () => {
    place = await testCluster('dev');
    store = await azuriteProcess({ host: '0.0.0.0', publicHost: place.hostAddress });
    image = await loadRunnerImage();
    checkout = await copySources();
  }, 300_000);

  afterAll(async () => {
    await loop?.end('SIGKILL');
    await rm(checkout, { recursive: true, force: true });
    await place?.close();
    await store?.stop();
  }, 60_000);

  it('deploys what is saved, also while an older deploy is on its way, and leaves it there', async () => {
    const source = join(checkout, 'src', 'hello-world.ts');
    loop = startDev(checkout, ['--kubernetes', '--namespace', place.namespace, '--runner-image', image], {
      env: { KUBECONFIG: place.kubeconfig, AZURE_STORAGE_CONNECTION_STRING: store.connectionString },
    });
    await loop.line(/^dev: Deployed, .+ after the start: build .+, deploy /);
    const first = await releaseOf(place);

    await edit(source, "'Hello'", "'Moin'");
    await loop.line(/Applied: .*Deployment hello-world changed/);
    const second = await releaseOf(place);
    await edit(source, "'Moin'", "'Servus'");
    await loop.line(/^Stopped watching: the rollout of hello-world goes on/);
    expect(await loop.line(/^dev: /)).toMatch(/^dev: Deployed, .+ after the change: build .+, stop .+, deploy /);
    const third = await releaseOf(place);
    expect(new Set([first, second, third]).size).toBe(3);

    expect(await loop.end('SIGINT')).toBe(0);
    const { items } = await place.cluster.request<{ items: V1Pod[] }>('GET', podsPath(place));
    expect(items.map(({ metadata }) => metadata?.annotations?.['selfsame.dev/release'])).toEqual([third]);
    expect(await releaseOf(place)).toBe(third);
  }, 240_000);
});

function podsPath({ namespace }: TestCluster): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

async function releaseOf({ cluster, namespace }: TestCluster): Promise<string | undefined> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/hello-world`;
  const { metadata } = await cluster.request<V1Pod>('GET', path);
  return metadata?.annotations?.['selfsame.dev/release'];
}
