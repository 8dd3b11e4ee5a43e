import type { CoreV1Event, V1ContainerStateTerminated, V1Node, V1Pod } from '@kubernetes/client-node';
import { applicationOf } from '../pods/pod-view.ts';

/** One cause, seen in one place. */
export interface Finding {
  readonly cause: Cause;
  /** Which of several, where what to do next depends on it. */
  readonly detail?: Detail | undefined;
  /** One sentence without a period: what is wrong, with the words of whoever said so. */
  readonly summary: string;
  /** Lines that prove it: what the container said last, for instance. */
  readonly evidence: readonly string[];
  /** One imperative sentence with a period. */
  readonly nextStep: string;
  /** How long it may last before it counts as lost: 0 is at once, Infinity never. */
  readonly fatalAfterMs: number;
}

export type Cause =
  | 'admission'
  | 'config-missing'
  | 'crash'
  | 'deadline'
  | 'evicted'
  | 'image-denied'
  | 'image-not-found'
  | 'image-pull'
  | 'node-lost'
  | 'out-of-memory'
  | 'paused'
  | 'probe'
  | 'quota'
  | 'runner'
  | 'unschedulable'
  | 'volume'
  | 'wrong-architecture';

export type Detail =
  /** `image-pull`: nobody knows the registry. */
  | 'registry'
  /** `image-denied`: what it was to sign in with is not there. */
  | 'pull-secret'
  /** `crash`: again and again. */
  | 'loop'
  /** `config-missing`: what is missing. */
  | 'config-map'
  | 'secret'
  | 'service-account'
  /** `runner`: what the store answered. */
  | 'denied'
  | 'mismatch'
  | 'missing'
  | 'unreachable'
  /** `quota`: it counts what the pods do not state. */
  | 'undeclared'
  /** `admission`: who refuses. */
  | 'limit-range'
  | 'pod-security'
  | 'policy'
  | 'webhook'
  /** `unschedulable`: what the nodes that come nearest lack. */
  | 'architecture'
  | 'cordoned'
  | 'cpu'
  | 'memory'
  | 'pods'
  | 'selector'
  | 'taint'
  | 'unready';

/** Looks at one pod that is not on its way out, the events about it, and the nodes if they may be seen. */
export type PodRule = (
  pod: V1Pod,
  events: readonly CoreV1Event[],
  nodes: readonly V1Node[] | undefined,
) => Finding | undefined;

/** How the container ended last, now or before its restart. */
export function lastEnd(pod: V1Pod): V1ContainerStateTerminated | undefined {
  const { state, lastState } = applicationOf(pod) ?? {};
  return state?.terminated ?? lastState?.terminated;
}

export function restarts(pod: V1Pod): number {
  return applicationOf(pod)?.restartCount ?? 0;
}

/** The termination message: the runner's reason, or the last lines of the application's log. */
export function saidLast(pod: V1Pod): string[] {
  return (lastEnd(pod)?.message ?? '').split('\n').filter((line) => line.trim() !== '');
}

export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
