import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { V1Node } from '@kubernetes/client-node';
import { provenButImage } from '../support/cluster/proven.ts';
import { deployerCluster } from '../support/cluster/account.ts';
import type { TestCluster } from '../support/cluster/cluster.ts';
import { serviceUrl } from '../support/cluster/service-url.ts';
import { loadStockImage } from '../support/cluster/stock-image.ts';
import { runProgram, type EndedProgram } from '../support/programs/program.ts';
import { forFile } from '../support/run/for-file.ts';
import { answerOf, builtExamples, examples, expected, type BuiltExample } from './examples.ts';

/** What was seen of an example, from its deploy to its end. */
interface Journey {
  readonly deployed: EndedProgram;
  readonly answers: readonly unknown[];
  readonly logs: EndedProgram | undefined;
  readonly verified: EndedProgram;
  readonly deleted: EndedProgram;
}

const built = forFile(builtExamples, {
  close: async (made) => made[Symbol.asyncDispose](),
  timeoutMs: 300_000,
});

let place: TestCluster;
let architectures: ReadonlySet<string | undefined>;
let journeys: ReadonlyMap<string, Journey>;

/** All at once: what takes the time is the cluster's. */
beforeAll(async () => {
  const names = built().examples.map(({ name }) => name);
  place = await deployerCluster('examples', names, { seesNodes: true });
  await loadStockImage();
  const { items } = await place.cluster.request<{ items: V1Node[] }>('GET', '/api/v1/nodes');
  architectures = new Set(items.map(({ status }) => status?.nodeInfo?.architecture));
  const made = built().examples.map(async (example) => [example.folder, await journeyOf(example)] as const);
  journeys = new Map(await Promise.all(made));
}, 400_000);

afterAll(async () => place?.close());

async function journeyOf(example: BuiltExample): Promise<Journey> {
  const words = ['--kubernetes', '--replicas', '1', '--node-selector', `kubernetes.io/arch=${nodeFor(example)}`];
  const deployed = await program(example, words);
  const answers: unknown[] = [];
  if (deployed.status === 0 && example.asks.length > 0) {
    const url = await serviceUrl(place, example.name);
    for (const question of example.asks) answers.push(await answerOf(url, question));
  }
  const logs = example.prints && (await logsOnceItPrints(example, example.prints));
  const verified = await program(example, ['self', 'verify']);
  return { deployed, answers, logs, verified, deleted: await program(example, ['self', 'delete', '--yes']) };
}

describe('an example on a cluster that has nothing but itself', () => {
  it.each(examples)('is ready, answers, runs the bytes that were built, and goes: $folder', (example) => {
    const journey = journeys.get(example.folder);
    if (journey === undefined) throw new Error(`${example.folder} was not tried`);
    const { deployed, answers, logs, verified, deleted } = journey;
    expect(deployed).toMatchObject({ status: 0 });
    expect(answers).toEqual(example.asks.map(expected));
    if (example.prints !== undefined) expect(logs?.stdout).toMatch(example.prints);

    const { pods } = provenButImage(verified);
    const target = nodeFor(example) === 'arm64' ? 'linux-arm64' : 'linux-x64';
    const { versions } = JSON.parse(deployed.stdout) as { versions: Record<string, string> };
    expect(pods.map((pod) => [pod.target, pod.wanted])).toEqual([[target, versions[target]]]);
    // Nobody can ask a pod that serves nothing.
    expect(pods.map(({ claim }) => claim !== null)).toEqual([example.asks.length > 0]);
    expect(deleted).toMatchObject({ status: 0 });
  });
});

/** A worker has no probe: its rollout is over once its pod has started, which may be before the executable is there. */
async function logsOnceItPrints(example: BuiltExample, text: RegExp): Promise<EndedProgram> {
  const until = performance.now() + 120_000;
  for (;;) {
    const logs = await program(example, ['self', 'logs', '--no-follow']);
    if (text.test(logs.stdout) || performance.now() > until) return logs;
    await setTimeout(1_000);
  }
}

/** The one with native code on the other architecture, where there is such a node: the executable was not built there. */
function nodeFor({ folder }: Pick<BuiltExample, 'folder'>): string {
  const [own, other] = process.arch === 'arm64' ? ['arm64', 'amd64'] : ['amd64', 'arm64'];
  return folder === 'fastify-native' && architectures.has(other) ? other : own;
}

async function program({ executable }: BuiltExample, words: readonly string[]): Promise<EndedProgram> {
  const settings = { SELFSAME_STORE: undefined, SELFSAME_RUNNER_IMAGE: undefined };
  return runProgram(executable, [...words, '--namespace', place.namespace, '--output', 'json'], {
    env: { ...settings, AZURE_STORAGE_CONNECTION_STRING: undefined, KUBECONFIG: place.kubeconfig },
  });
}
