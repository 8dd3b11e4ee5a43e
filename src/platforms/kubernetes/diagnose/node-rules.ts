import type { V1Pod } from '@kubernetes/client-node';
import { type Finding, oneLine, type PodRule } from './finding.ts';
import { podHasEnded, podIsReady } from '../pods/pod-view.ts';

/** Its node does not answer: what the pod says of itself is old. Kubernetes replaces it after a few minutes. */
export const nodeLost: PodRule = (pod, events, nodes): Finding | undefined => {
  const name = pod.spec?.nodeName;
  if (name === undefined || podIsReady(pod)) return undefined;
  const node = nodes?.find(({ metadata }) => metadata?.name === name);
  const condition = node?.status?.conditions?.find(({ type }) => type === 'Ready');
  const isLost = condition === undefined ? isLastOf(events, 'NodeNotReady') : condition.status !== 'True';
  if (!isLost) return undefined;
  const said = oneLine(condition?.message ?? '');
  return {
    cause: 'node-lost',
    summary: `The node ${name} is not ready${said ? `: ${said}` : ''}`,
    evidence: [],
    nextStep: `See what became of that node: kubectl describe node ${name}.`,
    // One that restarts comes back; from one that is gone the replicas move on after five minutes.
    fatalAfterMs: Infinity,
  };
};

/** How often a replica may be sent away before it counts as the replica's own trouble. */
const evictionsInVain = 3;

/** Replicas that were ended by their node: for what they used, or to make room. What is left of them is a record. */
export function evicted(pods: readonly V1Pod[]): (Finding & { pod: string; node?: string | undefined }) | undefined {
  const sent = pods.filter((pod) => podHasEnded(pod) && reasons.has(pod.status?.reason ?? ''));
  const last = sent.at(-1);
  if (last === undefined) return undefined;
  const { reason = '', message = reason } = last.status ?? {};
  const node = last.spec?.nodeName;
  return {
    cause: 'evicted',
    summary: `Its node has ended it: ${oneLine(message)}`,
    evidence: [],
    nextStep: /EmptyDir|ephemeral/i.test(message)
      ? 'Let the application write less to its disk.'
      : /memory/i.test(message)
        ? 'Pass a --memory-request that covers what it uses.'
        : 'See what that node lacks: kubectl describe node.',
    fatalAfterMs: sent.length >= evictionsInVain ? 0 : Infinity,
    pod: last.metadata?.name ?? '',
    node,
  };
}

const reasons: ReadonlySet<string> = new Set([
  'Evicted',
  'Preempting',
  'Terminated',
  'NodeShutdown',
  'NodeAffinity',
  'OutOfcpu',
  'OutOfmemory',
  'OutOfpods',
  'UnexpectedAdmissionError',
]);

function isLastOf(events: Parameters<PodRule>[1], wanted: string): boolean {
  return events.at(-1)?.reason === wanted;
}
