// The cluster that the benchmark measures on: the one of SELFSAME_TEST_CLUSTER, in a namespace of its own.
import type { V1Node, V1Pod } from '@kubernetes/client-node';
import type { KubernetesObject } from '../../src/platforms/kubernetes/manifest/intent.ts';
import { isEnding, podIsReady } from '../../src/platforms/kubernetes/pods/pod-view.ts';
import { watch } from '../../src/platforms/kubernetes/api/watch.ts';
import { DeployError } from '../../src/shared/errors.ts';
import { testCluster, type TestCluster } from '../../test/support/cluster/cluster.ts';
import { runTool } from './run-tool.ts';
import { buildRunnerImage } from '../../src/toolchain/runner-image.ts';

export interface BenchCluster extends TestCluster {
  /** The node on which all is measured, an amd64 one. */
  readonly node: string;
  /** Debian 12 as buildah knows it, for {@link node}. */
  readonly base: string;
  /** Runs the cluster's own command. */
  readonly command: (...words: readonly [string, ...string[]]) => Promise<void>;
  /** The same when all has ended, also by Ctrl-C. */
  readonly endCommand: (...words: readonly [string, ...string[]]) => Promise<void>;
  readonly isClosed: () => boolean;
  /** What is seen of the pods in its namespace, as it changes. */
  readonly pods: PodWatch;
}

/** @throws {DeployError} `system-lacks` without such a cluster: images have to get onto its nodes. */
export async function benchCluster(suite: string, signal: AbortSignal): Promise<BenchCluster> {
  const command = process.env['SELFSAME_TEST_CLUSTER'];
  if (command === undefined) {
    throw new DeployError('system-lacks', 'Cannot measure without a cluster', {
      hint: 'Set SELFSAME_TEST_CLUSTER to a command that starts one on this machine: CONTRIBUTING.md says what it has to do.',
    });
  }
  const place = await testCluster(suite);
  try {
    const { items } = await place.cluster.request<{ items: V1Node[] }>('GET', '/api/v1/nodes', {
      query: { labelSelector: 'kubernetes.io/arch=amd64,type!=simulated' },
    });
    const node = items[0]?.metadata?.name;
    if (node === undefined) throw new Error('The cluster has no amd64 node');
    await runTool([command, 'base', 'amd64'], { signal });
    const done = new AbortController();
    const pods = watchPods(place, AbortSignal.any([signal, done.signal]));
    return {
      ...place,
      node,
      base: 'docker.io/library/debian:bookworm-slim-amd64',
      command: async (...words) => void (await runTool([command, ...words], { signal })),
      endCommand: async (...words) =>
        void (await runTool([command, ...words], { signal: AbortSignal.timeout(60_000) })),
      isClosed: () => done.signal.aborted,
      pods,
      async close() {
        done.abort();
        await place.close();
      },
    };
  } catch (error) {
    await place.close();
    throw error;
  }
}

/** Builds the runner's image and puts it onto the node. */
export async function runnerOnNode(
  place: BenchCluster,
  options: { runtime: boolean; signal: AbortSignal },
): Promise<string> {
  const { base, node } = place;
  const tag = `localhost/selfsame-bench-runner:${options.runtime ? 'runtime' : 'plain'}`;
  const image = await buildRunnerImage({ ...options, arch: 'amd64', tag, base, tool: 'buildah' });
  await place.command('load', image, node);
  return image;
}

/** Applies objects with kubectl as its users do. */
export async function kubectlApply(
  { kubeconfig }: TestCluster,
  objects: readonly KubernetesObject[],
  signal: AbortSignal,
): Promise<number> {
  const input = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const { peakBytes } = await runTool(['kubectl', '--kubeconfig', kubeconfig, 'apply', '-f', '-'], { input, signal });
  return peakBytes;
}

export async function kubectlWait(
  { kubeconfig, namespace }: TestCluster,
  name: string,
  signal: AbortSignal,
): Promise<number> {
  const words = ['rollout', 'status', `deployment/${name}`, '--namespace', namespace, '--timeout', '10m'] as const;
  return (await runTool(['kubectl', '--kubeconfig', kubeconfig, ...words], { signal })).peakBytes;
}

interface PodWatch {
  /** What tells the pods of one template from those of the next, by the name of the Deployment. */
  templates(name: string): ReadonlySet<string>;
  /** When, as `performance.now()` counts, so many pods of a new template were ready at once. */
  ready(name: string, wanted: { readonly count: number; readonly except: ReadonlySet<string> }): Promise<number>;
  /** Waits until no pod of a Deployment is left. */
  gone(name: string): Promise<void>;
}

/** One watch for all routes, so that all are timed by the same clock and the same eye. */
function watchPods({ cluster, namespace }: TestCluster, signal: AbortSignal): PodWatch {
  let pods: ReadonlyMap<string, V1Pod> = new Map();
  const waiting = new Set<() => void>();
  const watching = watch<V1Pod>(cluster, `/api/v1/namespaces/${namespace}/pods`, {
    signal,
    onChange(objects) {
      pods = objects;
      for (const look of waiting) look();
    },
  });
  // Whoever waits is told; nobody may be waiting.
  watching.catch(() => undefined);
  const of = (name: string): V1Pod[] =>
    [...pods.values()].filter(({ metadata }) => metadata?.labels?.[nameLabel] === name);
  const until = async (isSo: () => boolean): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const look = (): void => {
      if (isSo()) resolve();
    };
    waiting.add(look);
    look();
    await Promise.race([promise, watching]).finally(() => waiting.delete(look));
  };
  return {
    templates: (name) => new Set(of(name).map(templateOf)),
    async ready(name, { count, except }) {
      const isNew = (pod: V1Pod): boolean => !except.has(templateOf(pod)) && podIsReady(pod) && !isEnding(pod);
      await until(() => of(name).filter(isNew).length >= count);
      return performance.now();
    },
    gone: async (name) => until(() => of(name).length === 0),
  };
}

const nameLabel = 'app.kubernetes.io/name';

function templateOf({ metadata }: V1Pod): string {
  return metadata?.labels?.['pod-template-hash'] ?? '';
}

/** Takes the namespace away, and waits until nothing of it is left. */
export async function closeAndWait(place: BenchCluster): Promise<void> {
  const { kubeconfig, namespace } = place;
  await place.close();
  await runTool(
    ['kubectl', '--kubeconfig', kubeconfig, 'wait', '--for=delete', `namespace/${namespace}`, '--timeout=20m'],
    {
      signal: AbortSignal.timeout(21 * 60_000),
    },
  );
}
