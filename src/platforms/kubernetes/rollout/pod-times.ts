import { applicationOf, currentReplicaSet, podIsReady, type Observed, replicasOf } from '../pods/pod-view.ts';

/** When a replica was first seen to have come so far, in milliseconds by the caller's clock. */
export interface PodTimes {
  readonly name: string;
  readonly node?: string;
  readonly createdAt: number;
  readonly scheduledAt?: number;
  /** Its container runs. The kubelet tells so up to a second late. */
  readonly runningAt?: number;
  readonly readyAt?: number;
}

export interface PodTimesRecorder {
  readonly look: (observed: Observed, nowMs: number) => void;
  /** The replicas of the new release as they are now, without those that were ready when first looked at. */
  readonly times: () => PodTimes[];
}

/**
 * Notes how replicas come up, from what is watched anyway. By the caller's clock: the times that the API shows are whole
 * seconds, by the clocks of other machines.
 */
export function recordPodTimes(): PodTimesRecorder {
  const readyBefore = new Set<string>();
  let known = new Map<string, PodTimes>();
  let isFirst = true;
  return {
    look(observed, nowMs) {
      const set = currentReplicaSet(observed);
      if (set === undefined) return;
      const now = new Map<string, PodTimes>();
      for (const pod of replicasOf(set, observed.pods)) {
        const { uid = '', name = '' } = pod.metadata ?? {};
        if (isFirst && podIsReady(pod)) readyBefore.add(uid);
        if (readyBefore.has(uid)) continue;
        const node = pod.spec?.nodeName;
        const before = known.get(uid);
        now.set(uid, {
          name,
          createdAt: nowMs,
          ...(node !== undefined && { node, scheduledAt: nowMs }),
          ...(applicationOf(pod)?.state?.running !== undefined && { runningAt: nowMs }),
          ...(podIsReady(pod) && { readyAt: nowMs }),
          ...before,
        });
      }
      isFirst = false;
      known = now;
    },
    times: () => [...known.values()],
  };
}
