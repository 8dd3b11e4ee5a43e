import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { V1Pod } from '@kubernetes/client-node';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { podIdentity, podStart } from '../../src/platforms/kubernetes/pods/pod-identity.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import { deployerCluster } from '../support/cluster/account.ts';
import type { TestCluster } from '../support/cluster/cluster.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { runProgram } from '../support/programs/program.ts';
import { loadRunnerImage } from '../support/cluster/runner-image.ts';

describe('./hello-world --kubernetes with the runtime inside the runner', () => {
  let place: TestCluster;
  let store: Azurite;
  let image: string;

  beforeAll(async () => {
    place = await deployerCluster('tail');
    store = await azuriteProcess({ host: '0.0.0.0', publicHost: place.hostAddress });
    image = await loadRunnerImage({ runtime: true });
  }, 300_000);

  afterAll(async () => {
    await place?.close();
    await store?.stop();
  }, 60_000);

  it('moves at most 4 MB to each pod, on every architecture, and runs the whole', async () => {
    const words = ['--kubernetes', '--replicas', '2', '--namespace', place.namespace, '--output', 'json'];
    const ended = await runProgram(helloExecutable, [...words, '--runner-image', image], {
      env: { KUBECONFIG: place.kubeconfig, AZURE_STORAGE_CONNECTION_STRING: store.connectionString },
    });
    expect(ended).toMatchObject({ status: 0 });
    const { versions } = JSON.parse(ended.stdout) as { versions: Record<string, string> };

    const pods = await podNames(place);
    expect(pods).toHaveLength(2);
    for (const pod of pods) {
      const { version, runner, target = '' } = await podIdentity(place.cluster, pod, { port: 8080 });
      expect([version, runner]).toEqual([versions[target], versions[target]]);
      const { runner: took } = (await podStart(place.cluster, pod, { port: 8080 })) ?? {};
      expect(took).toMatchObject({ fetchMs: expect.any(Number), verifyMs: expect.any(Number) });
      expect(took?.fetchedBytes).toBeGreaterThan(0);
      expect(took?.fetchedBytes).toBeLessThan(4_000_000);
    }
  }, 180_000);
});

async function podNames({ cluster, namespace }: TestCluster): Promise<string[]> {
  const { items } = await cluster.request<{ items: V1Pod[] }>('GET', `/api/v1/namespaces/${namespace}/pods`);
  return items.map(({ metadata }) => metadata?.name ?? '');
}
