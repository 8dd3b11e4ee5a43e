import { randomBytes } from 'node:crypto';
import type { V1Node, V1Pod } from '@kubernetes/client-node';
import type { Cluster } from '../../../src/platforms/kubernetes/api/client.ts';
import { observe } from '../../../src/platforms/kubernetes/rollout/observe.ts';
import { pathOf } from '../../../src/platforms/kubernetes/api/resource-paths.ts';
import type { Observed } from '../../../src/platforms/kubernetes/pods/pod-view.ts';
import { type Digest, parseDigest } from '../../../src/shared/digest.ts';
import { serverImage, testCluster } from '../cluster/cluster.ts';
import { untilSeen } from '../cluster/until-seen.ts';
import type { BehavingServer, FileBehaviour, ImageBehaviour } from './server.ts';

/** The images that all cases share. */
export interface Images {
  /** The real runner. */
  readonly runner: string;
  /** One whose program is for s390x. */
  readonly foreign: string;
}

/** Where one rollout is provoked: a namespace of its own, and what it may do there. */
export interface CaseStage extends AsyncDisposable {
  readonly cluster: Cluster;
  readonly name: string;
  readonly release: Digest;
  readonly images: Images & { readonly server: string };
  readonly server: BehavingServer;
  /** An image of the server's. Nodes take a registry on their own machine without TLS. */
  readonly image: (behaviour: ImageBehaviour) => string;
  /** An executable of the server's. */
  readonly file: (behaviour: FileBehaviour) => string;
  /** Makes an object; one without a namespace is deleted at the end. */
  readonly create: (collection: string, body: Created) => Promise<void>;
  /** Makes a node that is only a record, and that nothing else is put on: no kubelet stands behind it. */
  readonly createNode: (changes?: { unschedulable?: boolean; taint?: string }) => Promise<string>;
  readonly setNodeReady: (
    name: string,
    condition: { status: string; reason: string; message: string },
  ) => Promise<void>;
  /** Says in a kubelet's place that the pods on that node run and are ready. */
  readonly startPods: (node: string) => Promise<void>;
  /** Waits until the API shows it. */
  readonly until: (isSo: (observed: Observed) => boolean) => Promise<Observed>;
}

interface Created {
  readonly metadata: { readonly name: string; readonly labels?: Readonly<Record<string, string>> };
  readonly [field: string]: unknown;
}

/** After this a case has failed to be provoked. */
const limitMs = 240_000;

interface World {
  readonly server: BehavingServer;
  readonly images: Images;
  /** Ends every wait; what was made is still deleted. */
  readonly signal: AbortSignal;
}

export async function openStage({ server, images, signal }: World): Promise<CaseStage> {
  const stack = new AsyncDisposableStack();
  const test = await testCluster('record');
  stack.defer(async () => test.close());
  const { cluster, namespace } = test;
  const name = 'hello-world';
  const done = new AbortController();
  let observed: Observed | undefined;
  const waiting = new Set<() => void>();
  const watching = observe(cluster, {
    name,
    signal: AbortSignal.any([signal, done.signal]),
    onTrouble: () => undefined,
    onChange(found) {
      observed = found;
      for (const look of waiting) look();
    },
  });
  stack.defer(async () => {
    done.abort();
    await watching.catch(() => undefined);
  });

  const stage: CaseStage = {
    cluster,
    name,
    server,
    release: parseDigest(randomBytes(32).toString('hex')),
    images: { ...images, server: serverImage },
    image: (behaviour) => `127.0.0.1:${server.port}/${behaviour}/runner:1`,
    file: (behaviour) => `http://${test.hostAddress}:${server.port}/${behaviour}/hello-world`,
    async create(collection, body) {
      await cluster.request('POST', collection, { body });
      if (!collection.includes('/namespaces/'))
        stack.defer(async () => void (await cluster.request('DELETE', `${collection}/${body.metadata.name}`)));
    },
    async createNode({ unschedulable = false, taint } = {}) {
      const node = `recorded-${randomBytes(3).toString('hex')}`;
      const labels = { 'kubernetes.io/arch': 'amd64', 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': node };
      const taints = [node, ...(taint === undefined ? [] : [taint])].map((key) => ({ key, effect: 'NoSchedule' }));
      await stage.create('/api/v1/nodes', { metadata: { name: node, labels }, spec: { unschedulable, taints } });
      const room = { cpu: '4', memory: '8Gi', pods: '110' };
      await patchStatus(cluster, `/api/v1/nodes/${node}`, { allocatable: room, capacity: room });
      await stage.setNodeReady(node, {
        status: 'True',
        reason: 'KubeletReady',
        message: 'kubelet is posting ready status',
      });
      await untilUntainted(cluster, node);
      return node;
    },
    async setNodeReady(node, condition) {
      const now = new Date().toISOString();
      const conditions = [{ type: 'Ready', lastHeartbeatTime: now, lastTransitionTime: now, ...condition }];
      await patchStatus(cluster, `/api/v1/nodes/${node}`, { conditions });
    },
    async startPods(node) {
      const { pods } = await stage.until(
        (seen) => seen.pods.length > 0 && seen.pods.every((pod) => pod.spec?.nodeName === node),
      );
      for (const pod of pods) await patchStatus(cluster, podPath(cluster, pod), runningStatus(pod));
    },
    async until(isSo) {
      const { promise, resolve, reject } = Promise.withResolvers<Observed>();
      const look = (): void => {
        if (observed !== undefined && isSo(observed)) resolve(observed);
      };
      const timer = setTimeout(() => reject(new Error(`Not seen in ${namespace}: ${isSo.toString()}`)), limitMs);
      waiting.add(look);
      try {
        look();
        return await Promise.race([promise, watching]);
      } finally {
        clearTimeout(timer);
        waiting.delete(look);
      }
    },
    [Symbol.asyncDispose]: async () => stack.disposeAsync(),
  };
  return stage;
}

async function patchStatus(cluster: Cluster, path: string, status: object): Promise<void> {
  const contentType = 'application/strategic-merge-patch+json';
  await cluster.request('PATCH', `${path}/status`, { contentType, body: { status } });
}

/** A new node takes nothing until its controller has seen that it is ready. */
async function untilUntainted(cluster: Cluster, name: string): Promise<void> {
  await untilSeen<V1Node>(cluster, '/api/v1/nodes', {
    query: { fieldSelector: `metadata.name=${name}` },
    isWanted: ({ spec }) => !spec?.taints?.some(({ key }) => key === 'node.kubernetes.io/not-ready'),
  });
}

function podPath({ namespace }: Cluster, { metadata }: V1Pod): string {
  return pathOf('Pod', { namespace, name: metadata?.name ?? '' });
}

function runningStatus({ spec }: V1Pod): object {
  const now = new Date().toISOString();
  const containers = spec?.containers ?? [];
  return {
    phase: 'Running',
    startTime: now,
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: now,
    })),
    containerStatuses: containers.map(({ name, image }) => ({
      name,
      image,
      imageID: '',
      ready: true,
      started: true,
      restartCount: 0,
      state: { running: { startedAt: now } },
    })),
  };
}
