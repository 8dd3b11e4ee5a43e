import type { ManifestIntent } from '../../../src/platforms/kubernetes/manifest/intent.ts';
import { podIsReady } from '../../../src/platforms/kubernetes/pods/pod-view.ts';
import { parseDigest } from '../../../src/shared/digest.ts';
import { both, type Case, hasEvent, isAvailable, isUnplaced, isUnready } from './case.ts';
import type { CaseStage } from './stage.ts';

const unplaced = { verdict: 'in time', until: isUnplaced } as const;
const notReady = {
  status: 'False',
  reason: 'KubeletNotReady',
  message: 'container runtime network not ready: NetworkReady=false',
};
const ready = { status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' };

/** No node takes the pods, or the node that they are on is lost. */
export const nodeCases: Readonly<Record<string, Case>> = {
  'no-cpu': { ...unplaced, expected: 'unschedulable/cpu', intent: () => ({ resources: { cpuRequest: '1000' } }) },
  'no-memory': {
    ...unplaced,
    expected: 'unschedulable/memory',
    intent: () => ({ resources: { memoryRequest: '64Ti' } }),
  },
  'no-node-of-that-label': {
    ...unplaced,
    expected: 'unschedulable/selector',
    intent: () => ({ nodeSelector: { pool: 'none' } }),
  },
  'no-node-of-that-architecture': {
    ...unplaced,
    expected: 'unschedulable/architecture',
    async before(stage) {
      const node = await stage.createNode();
      return { ...onto(node), versions: versionsFor('arm64') };
    },
  },
  'affinity-to-no-node': {
    ...unplaced,
    expected: 'unschedulable/selector',
    edit: ({ pod }) =>
      pod.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms[0]?.matchExpressions?.push(
        { key: 'disk', operator: 'In', values: ['fast'] },
      ),
  },
  'tainted-node': {
    ...unplaced,
    expected: 'unschedulable/taint',
    before: async (stage) => onto(await stage.createNode({ taint: 'gpu' })),
  },
  'cordoned-node': {
    ...unplaced,
    expected: 'unschedulable/cordoned',
    before: async (stage) => onto(await stage.createNode({ unschedulable: true })),
  },
  'no-ready-node': {
    ...unplaced,
    expected: 'unschedulable/unready',
    async before(stage) {
      const node = await stage.createNode();
      await stage.setNodeReady(node, notReady);
      return onto(node);
    },
  },
  'node-lost': {
    expected: 'node-lost',
    verdict: 'waiting',
    before: async (stage) => onto(await stage.createNode()),
    // Nobody posts its status: after 40 s Kubernetes takes it for lost.
    after: async (stage) => void (await useNode(stage)),
    until: both(
      hasEvent('NodeNotReady'),
      both(isUnready, ({ nodes }) => nodes !== undefined),
    ),
  },
  'node-back-again': {
    expected: 'none',
    verdict: 'ready',
    before: async (stage) => onto(await stage.createNode()),
    async after(stage) {
      const node = await useNode(stage);
      await stage.until(both(hasEvent('NodeNotReady'), isUnready));
      await stage.setNodeReady(node, ready);
      await stage.startPods(node);
    },
    until: both(hasEvent('NodeNotReady'), ({ pods }) => pods.every(podIsReady)),
  },
  evicted: {
    expected: 'evicted',
    verdict: 'waiting',
    edit({ container }) {
      container.command = ['/bin/sh', '-c', 'head -c 80000000 /dev/zero >/tmp/hoard; sleep 1000'];
    },
    until: ({ pods }) => pods.some(({ status }) => status?.reason === 'Evicted'),
  },
  drained: {
    expected: 'none',
    verdict: 'waiting',
    async after({ cluster, until }) {
      const { pods } = await until(isAvailable);
      const name = pods[0]?.metadata?.name ?? '';
      const path = `/api/v1/namespaces/${cluster.namespace}/pods/${name}/eviction`;
      await cluster.request('POST', path, { body: { metadata: { name } } });
    },
    until: ({ pods }) => pods.length > 1 && pods.some(({ metadata }) => metadata?.deletionTimestamp !== undefined),
  },
};

/** That node and no other, whatever else it wants. */
function onto(node: string): Partial<ManifestIntent> {
  return {
    nodeSelector: { 'kubernetes.io/hostname': node },
    tolerations: [node],
    versions: versionsFor('amd64'),
  };
}

function versionsFor(arch: 'amd64' | 'arm64'): ManifestIntent['versions'] {
  const version = parseDigest('1'.repeat(64));
  return { [arch]: { version, sizeBytes: 1, url: 'https://store.test/hello-world' } };
}

/** Lets a replica run on the node that was made for it. */
async function useNode(stage: CaseStage): Promise<string> {
  const { pods } = await stage.until((observed) => observed.pods.some(({ spec }) => spec?.nodeName !== undefined));
  const node = pods[0]?.spec?.nodeName ?? '';
  await stage.startPods(node);
  await stage.until(isAvailable);
  return node;
}
