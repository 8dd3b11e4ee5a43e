import { admissionRefusal } from './admission-refusal.ts';
import { type Finding, oneLine } from './finding.ts';
import { currentReplicaSet, type Observed } from '../pods/pod-view.ts';

/** The pods cannot even be made: quota, Pod Security, an admission webhook. */
export function admissionRule(observed: Observed): Finding | undefined {
  const conditions = currentReplicaSet(observed)?.status?.conditions ?? [];
  const failure = conditions.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True');
  if (failure === undefined) return undefined;
  const message = oneLine(failure.message ?? failure.reason ?? '');
  const found = admissionRefusal(message) ?? unknownRefusal;
  return { ...found, summary: `Kubernetes refuses to make the pods: ${message}`, evidence: [] };
}

const unknownRefusal = {
  cause: 'admission',
  nextStep: 'Change what the message names, or the policy of the namespace.',
  fatalAfterMs: 15_000,
} as const;
