import { afterAll, beforeAll, expect } from '@jest/globals';
import pRetry from 'p-retry';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { podStart } from '../../src/platforms/kubernetes/pods/pod-identity.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import { provenButImage } from '../support/cluster/proven.ts';
import { deployerCluster } from '../support/cluster/account.ts';
import type { TestCluster } from '../support/cluster/cluster.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { runProgram, type EndedProgram } from '../support/programs/program.ts';
import { loadStockImage, loadWrongImages } from '../support/cluster/stock-image.ts';
import { journey } from '../support/run/journey.ts';

journey('./hello-world --kubernetes with the official image of Node.js', (step) => {
  let place: TestCluster;
  let store: Azurite;
  let wrong: Awaited<ReturnType<typeof loadWrongImages>>;

  beforeAll(async () => {
    place = await deployerCluster('stock', ['hello-world', 'empty', 'foreign']);
    store = await azuriteProcess({ host: '0.0.0.0', publicHost: place.hostAddress });
    await loadStockImage();
    wrong = await loadWrongImages();
  }, 300_000);

  afterAll(async () => {
    await place?.close();
    await store?.stop();
  }, 60_000);

  const hello = async (words: readonly string[]): Promise<EndedProgram> =>
    runProgram(helloExecutable, [...words, '--namespace', place.namespace, '--output', 'json'], {
      env: { KUBECONFIG: place.kubeconfig, AZURE_STORAGE_CONNECTION_STRING: store.connectionString },
    });

  step(
    'serves on five replicas over all nodes, made of the Node.js of the image and the tail alone',
    300_000,
    async () => {
      // No image is named: it is the default.
      const ended = await hello(['--kubernetes', '--replicas', '5', '--env', 'NODE_OPTIONS=--no-such-option']);
      expect(ended).toMatchObject({ status: 0 });
      // A pod hashes its file when it is first asked. Where that is emulated, it may not be done while one command waits.
      const { pods } = await pRetry(
        async () => {
          const verified = await hello(['self', 'verify', '--env', 'NODE_OPTIONS=--no-such-option']);
          const proven = provenButImage(verified);
          expect(proven.pods.filter(({ claim }) => claim === null)).toEqual([]);
          return proven;
        },
        { retries: 3, minTimeout: 0 },
      );
      expect(pods).toHaveLength(5);
      const { versions } = JSON.parse(ended.stdout) as { versions: Record<string, string> };
      expect(new Set(pods.map(({ target }) => target))).toEqual(new Set(Object.keys(versions)));

      for (const { pod } of pods) {
        const { runner } = (await podStart(place.cluster, pod, { port: 8080 })) ?? {};
        expect(runner?.fetchedBytes).toBeGreaterThan(0);
        expect(runner?.fetchedBytes).toBeLessThan(4_000_000);
      }
    },
  );

  step('names image and reason where an image cannot run it: exit status 5', 240_000, async () => {
    const cases: [name: string, image: string, reason: RegExp][] = [
      ['empty', wrong.empty, /The image localhost\/selfsame-empty\/node:1 has no "node".* Pass --runner-image node:/],
      ['foreign', wrong.foreign, /for another architecture than its node/],
    ];
    await Promise.all(
      cases.map(async ([name, image, reason]) => {
        const ended = await hello(['--kubernetes', '--name', name, '--runner-image', image, ...onAmd64]);
        expect(ended).toMatchObject({ status: 5, stderr: expect.stringMatching(reason) });
        expect(await hello(['self', 'delete', '--yes', '--name', name])).toMatchObject({ status: 0 });
      }),
    );
  });

  step('leaves nothing of the runner when it is deleted', 60_000, async () => {
    expect(await configMaps(place)).toEqual([expect.stringMatching(/^hello-world-runner-[0-9a-f]{12}$/)]);
    expect(await hello(['self', 'delete', '--yes'])).toMatchObject({ status: 0 });
    expect(await configMaps(place)).toEqual([]);
  });
});

const onAmd64 = ['--target', 'linux-x64', '--node-selector', 'kubernetes.io/hostname=node-1'];

/** Beside the cluster's own. */
async function configMaps({ cluster, namespace }: TestCluster): Promise<string[]> {
  const path = `/api/v1/namespaces/${namespace}/configmaps`;
  const { items } = await cluster.request<{ items: { metadata: { name: string } }[] }>('GET', path);
  return items.map(({ metadata }) => metadata.name).filter((name) => name !== 'kube-root-ca.crt');
}
