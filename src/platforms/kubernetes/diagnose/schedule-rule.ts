import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { type Finding, oneLine, type PodRule } from './finding.ts';
import { applicationContainer } from '../manifest/pod-spec.ts';
import { amountOf, roomText } from '../api/quantity.ts';
import { archLabel, hinderingTaints, matchingNodes } from '../pods/node-match.ts';
import { isUnschedulable } from '../pods/pod-view.ts';

/** What the nodes lack, and what to do. */
type Lack = Pick<Finding, 'detail' | 'nextStep' | 'evidence'>;

/** More are not read. */
const shownNodes = 3;

/** No node takes it. The scheduler counts reasons; which nodes they are about, the nodes themselves tell. */
export const unschedulable: PodRule = (pod, events, nodes) => {
  if (!isUnschedulable(pod)) return undefined;
  const condition = pod.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  // After that come reasons why making room by ending other pods does not help either.
  const message = oneLine(condition?.message ?? '').replace(/(?<=\.) (?:no new claims|preemption:).*$/, '');
  const isGrowing = events.some(({ reason }) => reason === 'TriggeredScaleUp');
  return {
    cause: 'unschedulable',
    ...(lackOfRoom(message, pod, nodes) ?? (nodes ? lackSeen(pod, nodes) : lackSaid(message))),
    summary: `No node can take it: ${message}`,
    // Old replicas that go, and nodes that come, make room; that takes a while but does not take for ever.
    fatalAfterMs: isGrowing ? Infinity : 60_000,
  };
};

/** A node that lacks room alone is one that fits otherwise: the scheduler asks for room last. */
function lackOfRoom(message: string, pod: V1Pod, nodes: readonly V1Node[] = []): Lack | undefined {
  for (const resource of ['cpu', 'memory'] as const) {
    if (!message.includes(`Insufficient ${resource}`)) continue;
    const asked = applicationContainer(pod.spec)?.resources?.requests?.[resource];
    const given = matchingNodes(nodes, pod)
      .map(({ metadata, status }) => ({ name: metadata?.name ?? '', amount: status?.allocatable?.[resource] ?? '0' }))
      .sort((one, other) => amountOf(other.amount) - amountOf(one.amount))
      .slice(0, shownNodes)
      .map(({ name, amount }) => `${name} has ${roomText(resource, amount)} ${resource} for all its pods`);
    return {
      detail: resource,
      evidence: [...(asked && given.length > 0 ? [`It asks for ${asked} ${resource}`] : []), ...given],
      nextStep: `Ask for less with --${resource}-request, or add nodes.`,
    };
  }
  if (!message.includes('Too many pods')) return undefined;
  return { detail: 'pods', evidence: [], nextStep: 'Add nodes: those that fit are full.' };
}

/** By the nodes themselves. */
function lackSeen(pod: V1Pod, nodes: readonly V1Node[]): Lack {
  const fitting = matchingNodes(nodes, pod);
  if (fitting.length === 0) return lackOfLabels(pod, nodes);
  const cordoned = fitting.filter(({ spec }) => spec?.unschedulable);
  if (cordoned.length === fitting.length) {
    return {
      detail: 'cordoned',
      evidence: linesFor(cordoned, () => 'takes no new pods: it is cordoned'),
      nextStep: `Run: kubectl uncordon ${cordoned[0]?.metadata?.name}`,
    };
  }
  const open = fitting.filter(({ spec }) => !spec?.unschedulable);
  const evidence = linesFor(open, (node) => {
    const own = hinderingTaints(node, pod).map(
      ({ key, value, effect }) => `${key}${value ? `=${value}` : ''}:${effect}`,
    );
    return `is tainted: ${own.join(', ')}`;
  });
  const keys = open.map((node) => hinderingTaints(node, pod).map(({ key }) => key));
  // Ports, volumes, other pods' wishes: the scheduler's own words have to do.
  if (keys.some((own) => own.length === 0))
    return { evidence: [], nextStep: `Run: kubectl describe pod ${pod.metadata?.name}` };
  // Nodes that their owner has tainted are in order; what Kubernetes taints by itself is not.
  const chosen = keys.filter((own) => !own.some(isOfState));
  const flags = [...new Set(chosen.flat())].map((key) => `--toleration ${key}`);
  if (flags.length > 0)
    return { detail: 'taint', evidence, nextStep: `Pass ${flags.join(' ')}, or add nodes without that taint.` };
  const [first] = open;
  return {
    detail: 'unready',
    evidence,
    nextStep: `See what is the matter there: kubectl describe node ${first?.metadata?.name}.`,
  };
}

/** A taint that tells of a node's state: not ready, unreachable, short of memory. */
function isOfState(key: string): boolean {
  return key.startsWith('node.kubernetes.io/');
}

function lackOfLabels(pod: V1Pod, nodes: readonly V1Node[]): Lack {
  const others = matchingNodes(nodes, pod, { anyArch: true });
  if (others.length > 0) {
    return {
      detail: 'architecture',
      evidence: linesFor(others, ({ metadata }) => `is ${metadata?.labels?.[archLabel] ?? 'of no named architecture'}`),
      nextStep: 'Run this again: it deploys for the architectures that it finds, or change --node-selector.',
    };
  }
  const selector = Object.entries(pod.spec?.nodeSelector ?? {}).map(([key, value]) => `${key}=${value}`);
  return {
    detail: 'selector',
    evidence: selector.length > 0 ? [`No node has the label ${selector.join(', ')}`] : [],
    nextStep: 'Change --node-selector, or label nodes.',
  };
}

/** By the scheduler's words alone, where nodes may not be seen. */
function lackSaid(message: string): Lack {
  const isLabelled = !/didn't match Pod's node affinity/.test(message);
  if (isLabelled && /untolerated taint/.test(message)) {
    const keys = [...new Set([...message.matchAll(/untolerated taint \{([^:}]+)/g)].map(([, key = '']) => key.trim()))];
    if (keys.length > 0 && keys.every(isOfState))
      return { detail: 'unready', evidence: [], nextStep: 'See what is the matter with the nodes: kubectl get nodes.' };
    const flags = keys.filter((key) => !isOfState(key)).map((key) => `--toleration ${key}`);
    const how = flags.join(' ') || '--toleration';
    return { detail: 'taint', evidence: [], nextStep: `Pass ${how}, or add nodes without that taint.` };
  }
  if (isLabelled && /were unschedulable/.test(message))
    return { detail: 'cordoned', evidence: [], nextStep: 'Let nodes take pods again: kubectl uncordon.' };
  return {
    ...(!isLabelled && { detail: 'selector' }),
    evidence: [],
    nextStep: 'Change --node-selector or --toleration, or add nodes that fit.',
  };
}

function linesFor(nodes: readonly V1Node[], say: (node: V1Node) => string): string[] {
  return nodes.slice(0, shownNodes).map((node) => `${node.metadata?.name} ${say(node)}`);
}
