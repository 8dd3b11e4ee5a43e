import type { V1Deployment, V1ReplicaSet, V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import { type Digest, isDigest } from '../../../shared/digest.ts';
import type { ReadOptions } from '../../platform.ts';
import type { Deployed } from '../../deployed.ts';
import { permitted } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { pathOf } from '../api/resource-paths.ts';
import type { LiveDeployment } from '../apply/apply.ts';
import { autoscalersIn, scalingIn } from '../apply/scale.ts';
import { versionsIn } from '../manifest/labels.ts';
import { linkPlacesIn } from '../pods/deployed-links.ts';
import { type History, historyIn, isOurs, replicaSetsOf } from './history.ts';

/** What is there under a name, with all that was read of it. */
export interface KubernetesDeployed extends Deployed {
  /** Absent where there is none; it may be someone else's. */
  readonly deployment: LiveDeployment | undefined;
  /** Those that carry the name's labels; undefined where they may not be listed. */
  readonly replicaSets: readonly V1ReplicaSet[] | undefined;
  /** Undefined where they may not be listed. */
  readonly autoscalers: readonly V2HorizontalPodAutoscaler[] | undefined;
  /** Absent where nothing of ours is. */
  readonly history: History | undefined;
}

/**
 * Reads a Deployment, its ReplicaSets and the autoscalers of the namespace.
 *
 * @param options.since an earlier answer. Where the Deployment is still the one that was read then, its ReplicaSets are not listed
 *   again: nothing about them changes without its status. Autoscalers come and go by themselves, so they are.
 */
export async function readDeployed(
  cluster: Cluster,
  name: string,
  { signal, since }: Omit<ReadOptions, 'since'> & { readonly since?: KubernetesDeployed | undefined },
): Promise<KubernetesDeployed> {
  const path = pathOf('Deployment', { namespace: cluster.namespace, name });
  const [reading, listing] = [cluster.find<LiveDeployment>(path, { signal }), autoscalersIn(cluster, signal)];
  if (since !== undefined) {
    const [deployment, autoscalers] = await Promise.all([reading, listing]);
    if (isSameObject(deployment, since.deployment)) return deployedIn(name, { ...since, autoscalers });
  }
  const [deployment, replicaSets, autoscalers] = await Promise.all([
    reading,
    permitted(() => replicaSetsOf(cluster, name, { signal })),
    listing,
  ]);
  return deployedIn(name, { deployment, replicaSets, autoscalers });
}

function isSameObject(one: LiveDeployment | undefined, other: LiveDeployment | undefined): boolean {
  const [{ uid, resourceVersion } = {}, before = {}] = [one?.metadata, other?.metadata];
  return uid === before.uid && resourceVersion === before.resourceVersion;
}

/** Makes a snapshot of what the API shows. Pure. */
export function deployedIn(
  name: string,
  read: Pick<KubernetesDeployed, 'deployment' | 'replicaSets' | 'autoscalers'>,
): KubernetesDeployed {
  const { deployment, replicaSets, autoscalers } = read;
  const isThere = isOurs(deployment);
  return {
    deployment,
    replicaSets,
    autoscalers,
    isThere,
    versions: isThere ? digestsIn(deployment) : {},
    scaling: scalingIn(name, { deployment, autoscalers }),
    linkPlaces: (replicaSets ?? []).flatMap(({ spec }) => linkPlacesIn(spec?.template)),
    history: isThere ? historyIn(deployment, replicaSets ?? []) : undefined,
  };
}

/** The versions that a Deployment names, by Kubernetes' word for the architecture. */
function digestsIn(deployment: V1Deployment | undefined): Readonly<Record<string, Digest>> {
  const versions = Object.entries(versionsIn(deployment?.metadata?.annotations));
  // Anybody may write an annotation.
  return Object.fromEntries(versions.flatMap(([arch, text]) => (isDigest(text) ? [[arch, text]] : [])));
}
