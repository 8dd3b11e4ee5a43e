import type { V1Deployment, V1ReplicaSet, V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import { type Digest, isDigest } from '../../../shared/digest.ts';
import type { ReadOptions } from '../../platform.ts';
import type { Deployed } from '../../deployed.ts';
import { refusalStatus } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { pathOf } from '../api/resource-paths.ts';
import type { LiveDeployment } from '../apply/apply.ts';
import { autoscalersIn, scalingIn } from '../apply/scale.ts';
import { labelSelector, versionsIn } from '../manifest/labels.ts';
import { linkPlacesIn } from '../pods/deployed-links.ts';
import { type History, historyIn, isOurs } from './history.ts';

/** What is there under a name, with all that was read of it. */
export interface KubernetesDeployed extends Deployed {
  /** Absent where there is none; it may be someone else's. */
  readonly deployment: LiveDeployment | undefined;
  /** Those that carry the name's labels; none where they may not be listed. */
  readonly replicaSets: readonly V1ReplicaSet[];
  /** Undefined where they may not be listed. */
  readonly autoscalers: readonly V2HorizontalPodAutoscaler[] | undefined;
  /** Absent where nothing of ours is. */
  readonly history: History | undefined;
}

/**
 * Reads a Deployment, its ReplicaSets and the autoscalers of the namespace.
 *
 * @param options.since where the Deployment is still the one that was read then, that is the answer: nothing about its ReplicaSets
 *   changes without its status.
 */
export async function readDeployed(
  cluster: Cluster,
  name: string,
  { signal, since }: Omit<ReadOptions, 'since'> & { readonly since?: KubernetesDeployed | undefined },
): Promise<KubernetesDeployed> {
  const { namespace } = cluster;
  const path = pathOf('Deployment', { namespace, name });
  const reading = cluster.find<LiveDeployment>(path, { signal });
  if (since !== undefined) {
    const { uid, resourceVersion } = (await reading)?.metadata ?? {};
    const before = since.deployment?.metadata;
    if (uid === before?.uid && resourceVersion === before?.resourceVersion) return since;
  }
  const [deployment, replicaSets, autoscalers] = await Promise.all([
    reading,
    replicaSetsOf(cluster, name, signal),
    autoscalersIn(cluster, signal),
  ]);
  return deployedIn(name, { deployment, replicaSets, autoscalers });
}

/** Makes a snapshot of what the API shows. Pure. */
export function deployedIn(
  name: string,
  read: Pick<KubernetesDeployed, 'deployment' | 'replicaSets' | 'autoscalers'>,
): KubernetesDeployed {
  const { deployment, replicaSets, autoscalers } = read;
  const isThere = isOurs(deployment);
  return {
    ...read,
    isThere,
    versions: digestsIn(deployment),
    scaling: scalingIn(name, { deployment, autoscalers }),
    linkPlaces: replicaSets.flatMap(({ spec }) => linkPlacesIn(spec?.template)),
    history: isThere ? historyIn(deployment, replicaSets) : undefined,
  };
}

/** The versions that a Deployment names, by Kubernetes' word for the architecture. */
function digestsIn(deployment: V1Deployment | undefined): Readonly<Record<string, Digest>> {
  const versions = Object.entries(versionsIn(deployment?.metadata?.annotations));
  // Anybody may write an annotation.
  return Object.fromEntries(versions.flatMap(([arch, text]) => (isDigest(text) ? [[arch, text]] : [])));
}

async function replicaSetsOf(cluster: Cluster, name: string, signal: AbortSignal): Promise<readonly V1ReplicaSet[]> {
  const path = pathOf('ReplicaSet', { namespace: cluster.namespace });
  try {
    const query = { labelSelector: labelSelector(name) };
    return (await cluster.find<{ items: V1ReplicaSet[] }>(path, { query, signal }))?.items ?? [];
  } catch (error) {
    if (refusalStatus(error) === 403) return [];
    throw error;
  }
}
