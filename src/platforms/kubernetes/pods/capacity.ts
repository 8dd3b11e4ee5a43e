import type { V1Container, V1Node, V1PodSpec, V1Taint } from '@kubernetes/client-node';
import { amountOf } from '../api/quantity.ts';
import { tolerates } from '../manifest/toleration.ts';

/** Amounts by the name of a resource: cores, bytes, pieces. */
export type Amounts = Readonly<Record<string, number>>;

/** True if a node has all of these labels; one of Windows is not for us, though it may have our architecture. */
export function isSelected({ metadata }: V1Node, nodeSelector: Readonly<Record<string, string>>): boolean {
  const { labels = {} } = metadata ?? {};
  if (labels['kubernetes.io/os'] === 'windows') return false;
  return Object.entries(nodeSelector).every(([key, value]) => labels[key] === value);
}

/** What keeps new pods away from a node, in words; nothing if it takes them. */
export function barriers({ spec }: V1Node, tolerations: readonly string[]): Barrier[] {
  const kept = (spec?.taints ?? []).filter(
    (taint) => taint.effect !== 'PreferNoSchedule' && !tolerations.some((toleration) => tolerates(toleration, taint)),
  );
  // Whoever cordons a node sets both.
  const isCordoned = spec?.unschedulable === true;
  const taints = kept.filter(({ key }) => key !== cordoned || !isCordoned);
  return [
    ...(isCordoned ? [{ text: 'cordoned', passes: false }] : []),
    ...taints.map((taint) => ({
      text: `tainted ${textOf(taint)}`,
      // Kubernetes' own taints (not ready, out of memory) go as they came.
      passes: taint.key !== cordoned && taint.key.startsWith('node.kubernetes.io/'),
    })),
  ];
}

export interface Barrier {
  readonly text: string;
  /** True if it goes by itself. */
  readonly passes: boolean;
}

const cordoned = 'node.kubernetes.io/unschedulable';

function textOf({ key, value, effect }: V1Taint): string {
  return `${key}${value ? `=${value}` : ''}:${effect}`;
}

/** What a node has for pods in all, also for those that it has already. */
export function allocatable({ status }: V1Node): Amounts {
  return amountsIn(status?.allocatable);
}

/** True if a pod that asks for this fits into an empty node. What a node does not tell of counts as enough. */
export function fits(asked: Amounts, room: Amounts): boolean {
  return Object.entries(asked).every(([resource, amount]) => !(amount > (room[resource] ?? Infinity)));
}

/**
 * What the scheduler and quotas reckon for a pod: its containers together, or one that runs before them if that asks for more.
 * https://kubernetes.io/docs/concepts/workloads/pods/init-containers/#resource-sharing-within-containers
 */
export function amountsOf(spec: V1PodSpec | undefined, which: 'requests' | 'limits'): Amounts {
  const of = ({ resources }: V1Container): Amounts => amountsIn(resources?.[which]);
  const init = spec?.initContainers ?? [];
  const sidecars = init.filter(({ restartPolicy }) => restartPolicy === 'Always');
  const first = init.filter(({ restartPolicy }) => restartPolicy !== 'Always').map(of);
  const together = [...(spec?.containers ?? []), ...sidecars].map(of).reduce(
    combined((a, b) => a + b),
    {},
  );
  return combined((a, b) => a + b)(
    first.reduce(combined(Math.max), together),
    which === 'requests' ? amountsIn(spec?.overhead) : {},
  );
}

function amountsIn(quantities: Readonly<Record<string, string>> = {}): Amounts {
  return Object.fromEntries(Object.entries(quantities).map(([resource, text]) => [resource, amountOf(text)]));
}

function combined(how: (a: number, b: number) => number): (a: Amounts, b: Amounts) => Amounts {
  return (a, b) =>
    Object.fromEntries(
      [...new Set([...Object.keys(a), ...Object.keys(b)])].map((resource) => [
        resource,
        how(a[resource] ?? 0, b[resource] ?? 0),
      ]),
    );
}
