import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { V1Node } from '@kubernetes/client-node';
import { testCluster, type TestCluster } from '../support/cluster/cluster.ts';
import { serviceUrl } from '../support/cluster/service-url.ts';
import { loadStockImage } from '../support/cluster/stock-image.ts';
import { runProgram, type EndedProgram } from '../support/programs/program.ts';
import { forFile } from '../support/run/for-file.ts';
import { answerOf, builtExamples, examples, expected, type BuiltExample } from './examples.ts';

const built = forFile(builtExamples, {
  close: async (made) => made[Symbol.asyncDispose](),
  timeoutMs: 300_000,
});

let place: TestCluster;
let deployed: ReadonlyMap<string, EndedProgram>;
let architectures: ReadonlySet<string | undefined>;

/** Deploys them all at once: what takes the time is the cluster's. */
beforeAll(async () => {
  place = await testCluster('examples');
  await loadStockImage();
  const { items } = await place.cluster.request<{ items: V1Node[] }>('GET', '/api/v1/nodes');
  architectures = new Set(items.map(({ status }) => status?.nodeInfo?.architecture));
  deployed = new Map(
    await Promise.all(
      built().examples.map(async (example) => {
        const words = ['--kubernetes', '--replicas', '1', '--node-selector', `kubernetes.io/arch=${nodeFor(example)}`];
        return [example.folder, await program(example, words)] as const;
      }),
    ),
  );
}, 400_000);

afterAll(async () => place?.close());

describe('an example on a cluster that has nothing but itself', () => {
  it.each(examples)(
    'is ready, answers through its Service, and runs the bytes that were built: $folder',
    async ({ folder, asks, prints }) => {
      const example = builtOf(folder);
      expect(deployed.get(folder)).toMatchObject({ status: 0 });
      const url = asks.length > 0 ? await serviceUrl(place, example.name) : '';
      for (const question of asks) expect(await answerOf(url, question)).toEqual(expected(question));
      if (prints !== undefined) {
        expect(await program(example, ['self', 'logs', '--no-follow'])).toMatchObject({
          status: 0,
          stdout: expect.stringMatching(prints),
        });
      }

      const verified = await program(example, ['self', 'verify']);
      expect(verified).toMatchObject({ status: 0 });
      const { same, pods } = JSON.parse(verified.stdout) as { same: boolean; pods: { target: string }[] };
      expect({ same, targets: pods.map(({ target }) => target) }).toEqual({
        same: true,
        targets: [nodeFor(example) === 'arm64' ? 'linux-arm64' : 'linux-x64'],
      });
      expect(await program(example, ['self', 'delete', '--yes'])).toMatchObject({ status: 0 });
    },
    60_000,
  );
});

/** The one with native code on the other architecture, where there is such a node: the executable was not built there. */
function nodeFor({ folder }: Pick<BuiltExample, 'folder'>): string {
  const other = process.arch === 'arm64' ? 'amd64' : 'arm64';
  const own = process.arch === 'arm64' ? 'arm64' : 'amd64';
  return folder === 'fastify-native' && architectures.has(other) ? other : own;
}

function builtOf(folder: string): BuiltExample {
  const found = built().examples.find((example) => example.folder === folder);
  if (found === undefined) throw new Error(`There is no example ${folder}`);
  return found;
}

async function program({ executable }: BuiltExample, words: readonly string[]): Promise<EndedProgram> {
  const settings = { SELFSAME_STORE: undefined, SELFSAME_RUNNER_IMAGE: undefined };
  return runProgram(executable, [...words, '--namespace', place.namespace, '--output', 'json'], {
    env: { ...settings, AZURE_STORAGE_CONNECTION_STRING: undefined, KUBECONFIG: place.kubeconfig },
  });
}
