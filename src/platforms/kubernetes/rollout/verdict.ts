import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import type { Digest } from '../../../shared/digest.ts';
import { type Diagnosis, diagnose } from '../diagnose/diagnose.ts';
import { templateDrift } from './template-drift.ts';
import type { Cause } from '../diagnose/finding.ts';
import { releaseAnnotation } from '../manifest/labels.ts';
import { endingLimitMs } from '../manifest/pod-spec.ts';
import {
  currentReplicaSet,
  eventsByObject,
  podHasEnded,
  isEnding,
  podIsReady,
  type Observed,
  replicasOf,
  podViewOf,
} from '../pods/pod-view.ts';
import type { Progress } from '../../outcome.ts';

/** What an observation means. */
export type Verdict =
  | { readonly kind: 'waiting'; readonly progress: Progress; readonly diagnosis?: Diagnosis }
  | { readonly kind: 'ready'; readonly progress: Progress }
  | { readonly kind: 'failed'; readonly progress: Progress; readonly diagnosis: Diagnosis }
  /** `edited`: what someone else changed of the same release. */
  | { readonly kind: 'superseded'; readonly by: string; readonly edited?: string };

/**
 * Makes the judge of one rollout. It remembers since when it sees a cause, by the caller's clock: the cluster's may be
 * wrong by a day.
 *
 * @param template what pods are to be made from; where it is absent, any of that release will do.
 */
export function judgeOf(release: Digest, template?: V1PodTemplateSpec): (observed: Observed, nowMs: number) => Verdict {
  let seen: { readonly cause: Cause; readonly sinceMs: number } | undefined;
  let allReadySinceMs: number | undefined;

  return (observed, nowMs) => {
    const { deployment, pods } = observed;
    const by = releaseOf(deployment, release);
    if (by !== release) return { kind: 'superseded', by };
    const edited = template && templateDrift(template, deployment.spec?.template);
    if (edited !== undefined) return { kind: 'superseded', by, edited };

    const { progress, isCurrent } = progressOf(observed, release);
    const isEachReady = isCurrent && progress.ready === progress.wanted && progress.pods.length === progress.wanted;
    // Where nothing is asked, a replica counts as ready from its first moment on: there it also has to last.
    const isLasting =
      !deployment.spec?.minReadySeconds || (deployment.status?.availableReplicas ?? 0) >= progress.wanted;
    const isAllReady = isEachReady && isLasting;
    if (isAllReady) {
      allReadySinceMs ??= nowMs;
      const left = pods.filter(({ metadata }) => progress.old.includes(metadata?.name ?? ''));
      const limitMs = endingLimitMs(deployment.spec?.template.spec);
      const isLost = left.every(isEnding) && nowMs - allReadySinceMs >= limitMs;
      return left.length === 0 || isLost ? { kind: 'ready', progress } : { kind: 'waiting', progress };
    }
    allReadySinceMs = undefined;

    const diagnosis = diagnose(observed);
    if (diagnosis === undefined) {
      seen = undefined;
      return { kind: 'waiting', progress };
    }
    // By cause, not by pod: whichever replica shows it, it is one trouble.
    if (seen?.cause !== diagnosis.cause) seen = { cause: diagnosis.cause, sinceMs: nowMs };
    const isFatal = nowMs - seen.sinceMs >= diagnosis.fatalAfterMs;
    return { kind: isFatal ? 'failed' : 'waiting', progress, diagnosis };
  };
}

/** The release that the Deployment says it is, unless its pods are made of another one: someone has undone it by hand. */
function releaseOf({ metadata, spec }: Observed['deployment'], wanted: Digest): string {
  const said = metadata?.annotations?.[releaseAnnotation] ?? '';
  return said === wanted ? (spec?.template.metadata?.annotations?.[releaseAnnotation] ?? said) : said;
}

function progressOf(observed: Observed, release: Digest): { progress: Progress; isCurrent: boolean } {
  const { deployment, pods } = observed;
  const events = eventsByObject(observed.events);
  const set = currentReplicaSet(observed);
  const isCurrent = set?.spec?.template?.metadata?.annotations?.[releaseAnnotation] === release;
  const replicas = isCurrent ? replicasOf(set, pods) : [];
  const current = new Set(replicas);
  return {
    isCurrent,
    progress: {
      ready: replicas.filter(podIsReady).length,
      wanted: deployment.spec?.replicas ?? 1,
      pods: replicas.map((pod) => podViewOf(pod, events.get(pod.metadata?.uid ?? '') ?? [])),
      old: pods
        .filter((pod) => !current.has(pod) && (!podHasEnded(pod) || isEnding(pod)))
        .map(({ metadata }) => metadata?.name ?? ''),
    },
  };
}
