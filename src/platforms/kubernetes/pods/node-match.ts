import type { V1Node, V1NodeSelectorRequirement, V1Pod, V1Taint } from '@kubernetes/client-node';

/** The label that the scheduler knows an architecture by. */
export const archLabel = 'kubernetes.io/arch';

/**
 * The nodes that a pod may go to by their labels: its node selector and its required node affinity.
 *
 * @param options.anyArch passes over what it asks of the architecture.
 */
export function matchingNodes(nodes: readonly V1Node[], { spec }: V1Pod, { anyArch = false } = {}): V1Node[] {
  const selector = Object.entries(spec?.nodeSelector ?? {});
  const required = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = required?.nodeSelectorTerms.map(({ matchExpressions = [] }) => matchExpressions) ?? [[]];
  return nodes.filter(({ metadata }) => {
    const labels = metadata?.labels ?? {};
    const isMet = (one: V1NodeSelectorRequirement): boolean => (anyArch && one.key === archLabel) || meets(labels, one);
    return selector.every(([key, value]) => labels[key] === value) && terms.some((term) => term.every(isMet));
  });
}

/** What keeps a pod away from a node, by the rules of the scheduler. */
export function hinderingTaints({ spec: node }: V1Node, { spec }: V1Pod): V1Taint[] {
  return (node?.taints ?? []).filter(
    (taint) =>
      taint.effect !== 'PreferNoSchedule' &&
      !spec?.tolerations?.some(
        ({ key, operator = 'Equal', value = '', effect }) =>
          (!effect || effect === taint.effect) &&
          (!key || key === taint.key) &&
          (operator === 'Exists' || value === (taint.value ?? '')),
      ),
  );
}

function meets(labels: Readonly<Record<string, string>>, requirement: V1NodeSelectorRequirement): boolean {
  const { key, operator, values = [] } = requirement;
  const value = labels[key];
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  if (operator === 'NotIn') return value === undefined || !values.includes(value);
  if (operator === 'In') return value !== undefined && values.includes(value);
  // Gt and Lt
  const [limit, number] = [Number(values[0]), Number(value)];
  return operator === 'Gt' ? number > limit : number < limit;
}
