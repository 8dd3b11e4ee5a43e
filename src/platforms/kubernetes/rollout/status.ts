import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import { type MountedParts, mountedPartsIn } from '../manifest/blob-volume.ts';
import type { Cluster } from '../api/client.ts';
import { restarts } from '../diagnose/finding.ts';
import { labelSelector, releaseAnnotation, versionsIn } from '../manifest/labels.ts';
import { architecturesByNode } from '../pods/nodes.ts';
import { applicationContainer } from '../manifest/pod-spec.ts';
import { pathOf } from '../api/resource-paths.ts';
import { isOurs } from './history.ts';
import { podHasEnded, podIsReady, podViewOf } from '../pods/pod-view.ts';

/** What runs under a name. */
export interface Status extends MountedParts {
  readonly name: string;
  readonly namespace: string;
  readonly release: string;
  /** Version by Kubernetes' word for the architecture. */
  readonly versions: Readonly<Record<string, string>>;
  readonly wanted: number;
  readonly ready: number;
  /** What it serves on, if it serves. */
  readonly port?: number;
  /** Given if it speaks TLS there. */
  readonly scheme?: 'https';
  /** What one replica asks for, in Kubernetes quantities, e.g. `{ cpu: '100m', memory: '128Mi' }`. */
  readonly requests: Readonly<Record<string, string>>;
  readonly pods: readonly PodStatus[];
}

export interface PodStatus {
  readonly name: string;
  readonly node?: string;
  /** Of its node, where we may see that. */
  readonly arch?: string;
  /** Of the release that it belongs to, which during a rollout may be an earlier one. */
  readonly release: string;
  /** What it was told to run, where its architecture is known. */
  readonly version?: string;
  /** What it was told to run, by Kubernetes' word for the architecture. */
  readonly versions: Readonly<Record<string, string>>;
  readonly state: string;
  readonly isReady: boolean;
  readonly restarts: number;
  readonly createdAt?: Date;
}

/** Looks at what runs under a name; undefined if nothing of ours does. */
export async function statusOf(
  cluster: Cluster,
  name: string,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Status | undefined> {
  const { namespace } = cluster;
  const [deployment, list, nodes] = await Promise.all([
    cluster.find<V1Deployment>(pathOf('Deployment', { namespace, name }), { signal }),
    cluster.request<{ items: V1Pod[] }>('GET', pathOf('Pod', { namespace }), {
      query: { labelSelector: labelSelector(name) },
      signal,
    }),
    architecturesByNode(cluster, signal),
  ]);
  return statusIn({ name, namespace, deployment, pods: list.items, nodes });
}

/** What the API shows of a name. */
interface Shown extends Pick<Status, 'name' | 'namespace'> {
  readonly deployment: V1Deployment | undefined;
  readonly pods: readonly V1Pod[];
  readonly nodes: ReadonlyMap<string, string> | undefined;
}

/** Makes a status of what the API shows; undefined if nothing of ours is there. */
export function statusIn({ name, namespace, deployment, pods: all, nodes }: Shown): Status | undefined {
  if (!isOurs(deployment)) return undefined;
  const pods = all.filter((pod) => !podHasEnded(pod)).map((pod) => podStatus(pod, nodes));
  const container = applicationContainer(deployment.spec?.template.spec);
  const served = container?.ports?.find(({ name: portName }) => portName === 'http' || portName === 'https');
  const { name: portName, containerPort: port } = served ?? {};
  const release = deployment.metadata?.annotations?.[releaseAnnotation] ?? '';
  return {
    name,
    namespace,
    release,
    versions: versionsIn(deployment.metadata?.annotations),
    wanted: deployment.spec?.replicas ?? 1,
    ready: pods.filter((pod) => pod.isReady && pod.release === release).length,
    ...(port !== undefined && { port, ...(portName === 'https' && { scheme: portName }) }),
    requests: container?.resources?.requests ?? {},
    ...mountedPartsIn(deployment.spec?.template.spec?.volumes),
    pods,
  };
}

function podStatus(pod: V1Pod, nodes: ReadonlyMap<string, string> | undefined): PodStatus {
  const { annotations, creationTimestamp } = pod.metadata ?? {};
  const { node, name, state } = podViewOf(pod, []);
  const arch = node === undefined ? undefined : nodes?.get(node);
  const versions = versionsIn(annotations);
  const version = arch === undefined ? undefined : versions[arch];
  return {
    name,
    ...(node !== undefined && { node }),
    ...(arch && { arch }),
    release: annotations?.[releaseAnnotation] ?? '',
    ...(version !== undefined && { version }),
    versions,
    state,
    isReady: podIsReady(pod),
    restarts: restarts(pod),
    ...(creationTimestamp && { createdAt: new Date(creationTimestamp) }),
  };
}
