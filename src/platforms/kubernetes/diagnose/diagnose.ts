import type { CoreV1Event } from '@kubernetes/client-node';
import { type Finding, oneLine } from './finding.ts';
import { evicted } from './node-rules.ts';
import { podRules } from './pod-rules.ts';
import { admissionRule } from './admission-rule.ts';
import { currentReplicaSet, eventsByObject, isOwnedBy, type Observed, replicasOf } from '../pods/pod-view.ts';

/** Why a rollout does not get on. */
export interface Diagnosis extends Finding {
  /** The pod that shows it best, if a pod does. */
  readonly pod?: string;
  readonly node?: string | undefined;
}

/** A rule about the Deployment as a whole. */
type Rule = (observed: Observed) => Finding | undefined;

/**
 * Finds the cause that keeps a rollout from getting ready, the worst one first, or undefined if nothing is wrong (yet).
 * Pure: how long a cause has been seen is for the caller to measure, against `fatalAfterMs`.
 */
export function diagnose(observed: Observed): Diagnosis | undefined {
  const { pods, nodes } = observed;
  const events = eventsByObject(observed.events);
  const set = currentReplicaSet(observed);
  const ofDeployment = rules.flatMap((rule): Diagnosis[] => [rule(observed)].filter((found) => found !== undefined));
  const ofPods = replicasOf(set, pods).flatMap((pod): Diagnosis[] => {
    const own = events.get(pod.metadata?.uid ?? '') ?? [];
    const found = podRules.map((rule) => rule(pod, own, nodes)).find((finding) => finding !== undefined);
    const node = pod.spec?.nodeName;
    return found ? [{ ...found, pod: pod.metadata?.name ?? '', node }] : [];
  });
  const sentAway = evicted(pods.filter((pod) => isOwnedBy(pod, set?.metadata?.uid)));
  const found = [...ofDeployment, ...ofPods, ...(sentAway ? [sentAway] : [])];
  const [worst] = found.sort((one, other) => one.fatalAfterMs - other.fatalAfterMs);
  const deadline = deadlineExceeded(observed);
  // What might have gone on for ever has by then gone on for long enough.
  return worst && deadline ? { ...worst, fatalAfterMs: 0 } : (worst ?? deadline);
}

const paused: Rule = ({ deployment }) =>
  deployment.spec?.paused
    ? {
        cause: 'paused',
        summary: 'The Deployment is paused',
        evidence: [],
        nextStep: `Run: kubectl rollout resume deployment/${deployment.metadata?.name}`,
        fatalAfterMs: 0,
      }
    : undefined;

/** Kubernetes' own verdict, when nothing else tells the cause. */
const deadlineExceeded: Rule = ({ deployment, events }) => {
  const progressing = deployment.status?.conditions?.find(({ type }) => type === 'Progressing');
  if (progressing?.reason !== 'ProgressDeadlineExceeded') return undefined;
  return {
    cause: 'deadline',
    summary: `No progress for ${deployment.spec?.progressDeadlineSeconds ?? 600} s`,
    evidence: eventLines(events).slice(-3),
    nextStep: `Run: kubectl describe deployment/${deployment.metadata?.name}`,
    // Of a rollout that was stuck before this one, it stands there until this one gets on.
    fatalAfterMs: 10_000,
  };
};

const rules: readonly Rule[] = [paused, admissionRule];

/** Warnings about the cluster that every pod gets, and that keep none from running. */
const noise: ReadonlySet<string> = new Set(['MissingClusterDNS', 'DNSConfigForming']);

/** Events as a person wants to read them, oldest first, each once. */
export function eventLines(events: readonly CoreV1Event[]): string[] {
  const lines = events
    .filter(({ type, reason = '' }) => type !== 'Normal' && !noise.has(reason))
    .map(
      ({ reason, message, count }) =>
        `${reason}: ${oneLine(message ?? '')}${count && count > 1 ? ` (${count} times)` : ''}`,
    );
  return [...new Set(lines)];
}
