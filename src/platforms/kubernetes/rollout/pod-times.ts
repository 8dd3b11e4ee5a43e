import type { ReplicaTimes } from '../../outcome.ts';
import { applicationOf, currentReplicaSet, podIsReady, type Observed, replicasOf } from '../pods/pod-view.ts';

export interface PodTimesRecorder {
  readonly look: (observed: Observed, nowMs: number) => void;
  /** The replicas of the new release as they are now, without those that were ready when first looked at. */
  readonly times: () => ReplicaTimes[];
}

/**
 * Notes how replicas come up, from what is watched anyway. By the caller's clock: the times that the API shows are whole
 * seconds, by the clocks of other machines.
 */
export function recordPodTimes(): PodTimesRecorder {
  const readyBefore = new Set<string>();
  let known = new Map<string, ReplicaTimes>();
  let isFirst = true;
  return {
    look(observed, nowMs) {
      const set = currentReplicaSet(observed);
      if (set === undefined) return;
      const now = new Map<string, ReplicaTimes>();
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
