import type {
  CoreV1Event,
  V1ContainerStatus,
  V1Deployment,
  V1Node,
  V1Pod,
  V1ReplicaSet,
} from '@kubernetes/client-node';
import { containerName } from '../manifest/pod-spec.ts';
import type { ReplicaView } from '../../outcome.ts';

/** What the API shows of one application: everything that a rollout is judged by. */
export interface Observed {
  readonly deployment: V1Deployment;
  readonly replicaSets: readonly V1ReplicaSet[];
  /** All pods of the application, old ones too. */
  readonly pods: readonly V1Pod[];
  readonly events: readonly CoreV1Event[];
  /** Absent: not looked at, or not allowed to. */
  readonly nodes?: readonly V1Node[];
}

/** The state of a replica from the start of its container until its application answers. */
export const startingState = 'fetching and starting';

/**
 * The ReplicaSet that the Deployment is moving to, once its controller has made it. By revision, not by release: the same
 * release with other arguments is another ReplicaSet.
 */
export function currentReplicaSet({
  deployment,
  replicaSets,
}: Pick<Observed, 'deployment' | 'replicaSets'>): V1ReplicaSet | undefined {
  const { metadata, status } = deployment;
  if ((status?.observedGeneration ?? 0) < (metadata?.generation ?? 0)) return undefined;
  return replicaSets.find(
    (set) =>
      isOwnedBy(set, metadata?.uid) &&
      set.metadata?.annotations?.[revisionAnnotation] === metadata?.annotations?.[revisionAnnotation],
  );
}

/** Numbers the ReplicaSets of a Deployment; on the Deployment, its current one. */
export const revisionAnnotation = 'deployment.kubernetes.io/revision';

/** The pods of a ReplicaSet that are not on their way out. */
export function replicasOf(set: V1ReplicaSet | undefined, pods: readonly V1Pod[]): V1Pod[] {
  return pods.filter((pod) => isOwnedBy(pod, set?.metadata?.uid) && !isEnding(pod) && !podHasEnded(pod));
}

/** True once Kubernetes was asked to delete it. */
export function isEnding(pod: V1Pod): boolean {
  return pod.metadata?.deletionTimestamp !== undefined;
}

/** True for a pod of which only the record is left (evicted, for instance); its ReplicaSet has replaced it. */
export function podHasEnded(pod: V1Pod): boolean {
  return pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded';
}

export function podIsReady(pod: V1Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}

/** The container that the application runs in. */
export function applicationOf(pod: V1Pod | undefined): V1ContainerStatus | undefined {
  return pod?.status?.containerStatuses?.find(({ name }) => name === containerName);
}

/** Events by the object that they are about. */
export function eventsByObject(events: readonly CoreV1Event[]): Map<string, CoreV1Event[]> {
  return Map.groupBy(events, ({ involvedObject }) => involvedObject.uid ?? '');
}

/** What a replica is doing, for the progress line. `events` are those about it. */
export function podViewOf(pod: V1Pod, events: readonly CoreV1Event[]): ReplicaView {
  const { name = '' } = pod.metadata ?? {};
  const node = pod.spec?.nodeName;
  return { name, ...(node !== undefined && { node }), state: stateOf(pod, events) };
}

function stateOf(pod: V1Pod, events: readonly CoreV1Event[]): string {
  if (isEnding(pod)) return 'stopping';
  if (podIsReady(pod)) return 'ready';
  if (pod.spec?.nodeName === undefined) return isUnschedulable(pod) ? 'no node fits' : 'waiting for a node';
  const { state, started } = applicationOf(pod) ?? {};
  if (state?.running) return started ? 'not ready' : startingState;
  if (state?.terminated) return `ended with status ${state.terminated.exitCode}`;
  const reason = state?.waiting?.reason ?? 'scheduled';
  if (reason !== 'ContainerCreating' && reason !== 'scheduled') return reason;
  return events.some((event) => event.reason === 'Pulling') ? 'pulling image' : 'scheduled';
}

/** True once the scheduler has said that no node takes it. */
export function isUnschedulable(pod: V1Pod): boolean {
  return (
    pod.status?.conditions?.some(({ type, reason }) => type === 'PodScheduled' && reason === 'Unschedulable') ?? false
  );
}

/** True for what that controller has made. */
export function isOwnedBy({ metadata }: V1Pod | V1ReplicaSet, uid: string | undefined): boolean {
  return uid !== undefined && (metadata?.ownerReferences?.some((owner) => owner.uid === uid) ?? false);
}
