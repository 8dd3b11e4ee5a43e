import type { V1Node, V1Pod } from '@kubernetes/client-node';
import { allocatable, amountsOf, barriers, fits, isSelected } from './pods/capacity.ts';
import { roomText } from './api/quantity.ts';
import { applicationContainer } from './manifest/pod-spec.ts';
import { architectureOf } from './pods/nodes.ts';
import { DeployError } from '../../shared/errors.ts';
import { archOf, linuxTargets, type LinuxTarget } from '../../shared/target.ts';
import type { PreflightPlan } from '../platform.ts';

/** Which nodes the replicas may go to, and what has to be built for them. */
export interface NodePlace {
  readonly targets: readonly LinuxTarget[];
  readonly nodes: readonly V1Node[];
  /** Why there is none. */
  readonly findings: readonly DeployError[];
}

/**
 * Finds the nodes that the scheduler would take: by their labels, taints and architecture.
 *
 * @returns where there is none, what would be built for the nodes that come nearest, so that other checks can go on.
 */
export function nodePlaceFor(
  { target, nodeSelector, tolerations }: Pick<PreflightPlan, 'target' | 'nodeSelector' | 'tolerations'>,
  nodes: readonly V1Node[],
): NodePlace {
  const wanted = target === undefined ? linuxTargets : [target];
  const none = (message: string, hint: string): NodePlace => ({
    targets: wanted,
    nodes: [],
    findings: [new DeployError('no-matching-node', message, { hint })],
  });

  const selected = nodes.filter((node) => isSelected(node, nodeSelector));
  if (selected.length === 0) {
    const labels = Object.entries(nodeSelector).map(([key, value]) => `${key}=${value}`);
    return labels.length === 0
      ? none('The cluster has no node that runs Linux', 'Add one, or pass another --context.')
      : none(`No node has the label ${labels.join(' and ')}`, 'Correct --node-selector, or label a node so.');
  }

  const closed = selected.map((node) => ({ node, why: barriers(node, tolerations) }));
  const open = closed.filter(({ why }) => why.length === 0);
  // Where no node is open, those count that will be by themselves: one that restarts, for instance.
  const usable = open.length > 0 ? open : closed.filter(({ why }) => why.every(({ passes }) => passes));
  if (usable.length === 0) {
    return none(
      `No node takes pods: ${closedText(closed)}`,
      'Pass --toleration with the key of the taint, or uncordon a node.',
    );
  }

  const archs = [...new Set(usable.map(({ node }) => architectureOf(node)))].filter((arch) => arch !== undefined);
  const targets = wanted.filter((one) => archs.includes(archOf[one]));
  if (targets.length === 0) {
    return none(
      `No node runs ${wanted.join(' or ')}: the nodes are ${archs.toSorted().join(', ') || 'without a label of their architecture'}`,
      'Pass another --target, --node-selector or --context, or add such a node.',
    );
  }
  const fitting = new Set(targets.map((one): string => archOf[one]));
  return {
    targets,
    nodes: usable.map(({ node }) => node).filter((node) => fitting.has(architectureOf(node) ?? '')),
    findings: [],
  };
}

/** True for a node of Karpenter's, which adds nodes of the size and kind that pods ask for. */
export function isProvisioned({ metadata }: V1Node): boolean {
  return Object.keys(metadata?.labels ?? {}).some((label) => label.startsWith('karpenter.sh/'));
}

/**
 * Refuses a replica that is too big for every one of these nodes, were it empty.
 *
 * @param template as we wrote it; `pod` is what becomes of it, with what others add.
 */
export function roomFindings(
  nodes: readonly V1Node[],
  { pod, template }: { pod: V1Pod; template: V1Pod },
): DeployError[] {
  const asked = amountsOf(pod.spec, 'requests');
  if (nodes.length === 0 || nodes.some((node) => fits(asked, allocatable(node)))) return [];
  const app = applicationContainer(template.spec);
  const own = Object.entries(app?.resources?.requests ?? {}).map(([resource, amount]) => `${resource} ${amount}`);
  const isMore = !fits(asked, amountsOf(template.spec, 'requests'));
  const most = Object.keys(asked).flatMap((resource) => largest(nodes, resource) ?? []);
  const message = `No node can hold one replica: it asks for ${own.join(', ')}${isMore ? ', and what the cluster adds' : ''}; nodes have at most ${most.join(', ')}`;
  return [
    new DeployError('no-matching-node', message, {
      hint: 'Ask for less with --cpu-request or --memory-request, or add a larger node.',
    }),
  ];
}

function largest(nodes: readonly V1Node[], resource: string): string | undefined {
  const [first] = nodes.toSorted((a, b) => (allocatable(b)[resource] ?? 0) - (allocatable(a)[resource] ?? 0));
  const amount = first?.status?.allocatable?.[resource];
  return amount && `${resource} ${roomText(resource, amount)}`;
}

/** A cluster may have thousands of nodes that are closed for the same reason. */
function closedText(closed: readonly { node: V1Node; why: readonly { text: string }[] }[]): string {
  const byReason = Map.groupBy(closed, ({ why }) => why.map(({ text }) => text).join(', '));
  return [...byReason]
    .map(([reason, those]) => {
      const [first] = those;
      return `${those.length === 1 ? first?.node.metadata?.name : `${those.length} nodes`} ${those.length === 1 ? 'is' : 'are'} ${reason}`;
    })
    .join('; ');
}
