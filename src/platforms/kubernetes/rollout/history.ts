import type { V1Deployment, V1PodTemplateSpec, V1ReplicaSet } from '@kubernetes/client-node';
import type { Cluster } from '../api/client.ts';
import { labelSelector, managedBy, releaseAnnotation, versionsIn } from '../manifest/labels.ts';
import { neverReadyIn, type DeployedBy, deployedByIn } from '../manifest/deployed-by.ts';
import { pathOf } from '../api/resource-paths.ts';
import { currentReplicaSet, isOwnedBy, revisionAnnotation } from '../pods/pod-view.ts';

/** One way in which the application was deployed: a release with its arguments, environment and resources. */
export interface Revision {
  /** Kubernetes' number; one that is gone back to gets a new number. */
  readonly revision: number;
  readonly release: string;
  /** Version by Kubernetes' word for the architecture. */
  readonly versions: Readonly<Record<string, string>>;
  readonly replicaSet: string;
  /** When it was deployed last. */
  readonly deployedAt?: Date;
  /** The user, as the cluster knows them. */
  readonly by?: string;
  readonly replicas: number;
  readonly ready: number;
  readonly state: RevisionState;
  readonly isCurrent: boolean;
  /** What its pods are made from. */
  readonly template: V1PodTemplateSpec;
}

/**
 * `ready`, `not ready`: what is wanted now. `going`: an earlier one that has pods still. `never ready`: one that another followed
 * before it was. `kept`: an earlier one that can be gone back to.
 */
type RevisionState = 'ready' | 'not ready' | 'going' | 'never ready' | 'kept';

export interface History {
  readonly deployment: V1Deployment;
  /** The newest first. */
  readonly revisions: readonly Revision[];
}

/** Reads what was deployed under a name; undefined if nothing of ours was. */
export async function historyOf(
  cluster: Cluster,
  name: string,
  { signal }: { signal: AbortSignal },
): Promise<History | undefined> {
  const { namespace } = cluster;
  const [deployment, sets] = await Promise.all([
    cluster.find<V1Deployment>(pathOf('Deployment', { namespace, name }), { signal }),
    replicaSetsOf(cluster, name, { signal }),
  ]);
  return isOurs(deployment) ? historyIn(deployment, sets) : undefined;
}

/** Those that carry the name's labels; not all of them need be ours. */
export async function replicaSetsOf(
  cluster: Cluster,
  name: string,
  { signal }: { signal: AbortSignal },
): Promise<readonly V1ReplicaSet[]> {
  const path = pathOf('ReplicaSet', { namespace: cluster.namespace });
  const query = { labelSelector: labelSelector(name) };
  return (await cluster.find<{ items: V1ReplicaSet[] }>(path, { query, signal }))?.items ?? [];
}

/** True for a Deployment that we made. */
export function isOurs(deployment: V1Deployment | undefined): deployment is V1Deployment {
  return deployment?.metadata?.labels?.['app.kubernetes.io/managed-by'] === managedBy;
}

/** Makes a history of what the API shows. */
export function historyIn(deployment: V1Deployment, replicaSets: readonly V1ReplicaSet[]): History {
  const own = replicaSets.filter((set) => isOwnedBy(set, deployment.metadata?.uid));
  const current = currentReplicaSet({ deployment, replicaSets: own });
  const failed = new Set([deployment, ...own].flatMap(({ metadata }) => neverReadyIn(metadata?.annotations)));
  const revisions = own.map((set) => revisionIn(set, { deployment, isCurrent: set === current, failed }));
  return { deployment, revisions: revisions.sort((one, other) => other.revision - one.revision) };
}

function revisionIn(set: V1ReplicaSet, { deployment, isCurrent, failed }: Surroundings): Revision {
  const { annotations, creationTimestamp, name = '' } = set.metadata ?? {};
  const { template = {} } = set.spec ?? {};
  const revision = Number(annotations?.[revisionAnnotation] ?? 0);
  const { replicas = 0, readyReplicas: ready = 0 } = set.status ?? {};
  // The controller copies the Deployment's annotations to the ReplicaSet that is current.
  const origin = deployedByIn(isCurrent ? deployment.metadata?.annotations : annotations);
  const { by, at = creationTimestamp } = isOf(origin, creationTimestamp) ? origin : {};
  const isReady = ready >= (deployment.spec?.replicas ?? 1);
  const earlier = failed.has(revision) ? 'never ready' : replicas > 0 ? 'going' : 'kept';
  return {
    revision,
    release: template.metadata?.annotations?.[releaseAnnotation] ?? '',
    versions: versionsIn(template.metadata?.annotations),
    replicaSet: name,
    ...(at !== undefined && { deployedAt: new Date(at) }),
    ...(by !== undefined && { by }),
    replicas,
    ready,
    state: isCurrent ? (isReady ? 'ready' : 'not ready') : earlier,
    isCurrent,
    template,
  };
}

/** How long a deploy may take from asking who it is until its ReplicaSet is there. */
const applyMs = 60_000;

/** False for what was left from an earlier deploy, since someone made this one by hand. */
function isOf({ at }: DeployedBy, createdAt: Date | undefined): boolean {
  return at === undefined || createdAt === undefined || Date.parse(at) + applyMs > new Date(createdAt).getTime();
}

interface Surroundings {
  readonly deployment: V1Deployment;
  readonly isCurrent: boolean;
  readonly failed: ReadonlySet<number>;
}

/**
 * The last version that was ready: what is wanted now if it came up, else the newest of those that still serve. A number
 * alone would not tell: the revision before may have failed as well.
 */
export function lastReady(history: History): Revision | undefined {
  const { deployment, revisions } = history;
  const current = revisions.find(({ isCurrent }) => isCurrent);
  const serves = current !== undefined && (current.ready > 0 || deployment.spec?.replicas === 0);
  if (serves && cameUp(history)) return current;
  return revisions.find(({ isCurrent, ready }) => !isCurrent && ready > 0);
}

/** The revisions that were never ready, and what is wanted now if it is not. */
export function neverReady(history: History): number[] {
  const isReady = cameUp(history);
  return history.revisions
    .filter(({ state, isCurrent }) => state === 'never ready' || (isCurrent && !isReady))
    .map(({ revision }) => revision);
}

/** True if what is wanted now was ready once; it stays so when a pod restarts later. */
function cameUp({ deployment: { spec, status }, revisions }: History): boolean {
  const current = revisions.find(({ isCurrent }) => isCurrent);
  if (current === undefined) return false;
  const progressing = status?.conditions?.find(({ type }) => type === 'Progressing');
  // The condition may be left over from the revision before, while old pods are there still.
  const isOver = progressing?.reason === 'NewReplicaSetAvailable' && status?.updatedReplicas === status?.replicas;
  return isOver || current.ready >= (spec?.replicas ?? 1);
}
