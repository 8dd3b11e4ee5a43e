import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import type { ManifestIntent } from '../../../src/platforms/kubernetes/manifest/intent.ts';
import { applicationOf, type Observed } from '../../../src/platforms/kubernetes/pods/pod-view.ts';
import type { CaseStage } from './stage.ts';

/** A situation that the real cluster is brought into, and what is to be made of it. */
export interface Case {
  /** The cause, with its detail after a slash; `none` if nothing is wrong (yet). */
  readonly expected: string;
  /** `fatal`: it is given up at once. `in time`: unless it heals before long. `waiting`: never given up for that. */
  readonly verdict: 'fatal' | 'in time' | 'waiting' | 'ready' | 'superseded';
  /** What differs from a sound deploy of the test server with one replica. */
  readonly intent?: (stage: CaseStage) => Partial<ManifestIntent>;
  /** Changes the pods' template before it is applied: what an intent cannot say. */
  readonly edit?: (spec: EditedSpec) => void;
  /** What has to be there first. Its result is merged into the intent. */
  readonly before?: (stage: CaseStage) => Promise<Partial<ManifestIntent> | void>;
  /** What happens once it is applied. */
  readonly after?: (stage: CaseStage) => Promise<void>;
  /** When to record. */
  readonly until: (observed: Observed) => boolean;
}

interface EditedSpec {
  readonly pod: V1PodSpec;
  readonly container: V1Container;
}

type Condition = Case['until'];

export function hasEvent(reason: string, words = /(?:)/): Condition {
  return ({ events }) => events.some((event) => event.reason === reason && words.test(event.message ?? ''));
}

export function isWaiting(reason: string): Condition {
  return ({ pods }) => pods.some((pod) => applicationOf(pod)?.state?.waiting?.reason === reason);
}

export function hasRestarted(times: number): Condition {
  return ({ pods }) => pods.some((pod) => (applicationOf(pod)?.restartCount ?? 0) >= times);
}

export const deploymentHasEnded: Condition = ({ pods }) =>
  pods.some((pod) => {
    const { state, lastState } = applicationOf(pod) ?? {};
    return (state?.terminated ?? lastState?.terminated) !== undefined;
  });

export const isRunning: Condition = ({ pods }) => pods.some((pod) => applicationOf(pod)?.state?.running !== undefined);

export const isUnready: Condition = ({ pods }) =>
  pods.some(({ status }) => status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'False'));

/** The scheduler has refused, and the nodes were looked at. */
export const isUnplaced: Condition = ({ pods, nodes }) =>
  nodes !== undefined &&
  pods.some(({ status }) => status?.conditions?.some(({ reason }) => reason === 'Unschedulable') ?? false);

/** The Deployment's controller has seen what was applied, and told what it made of it. */
export const isObserved: Condition = ({ deployment: { metadata, status } }) =>
  status?.observedGeneration === metadata?.generation;

export const isRefused: Condition = ({ replicaSets }) =>
  replicaSets.some(({ status }) => status?.conditions?.some(({ type }) => type === 'ReplicaFailure') ?? false);

export const isAvailable: Condition = both(
  isObserved,
  ({ deployment }) => (deployment.status?.availableReplicas ?? 0) > 0,
);

export function both(one: Condition, other: Condition): Condition {
  return (observed) => one(observed) && other(observed);
}
