import { describe, expect, it } from '@jest/globals';
import type { V1Node, V1NodeSelectorRequirement, V1Pod } from '@kubernetes/client-node';
import { hinderingTaints, matchingNodes } from '../../../../src/platforms/kubernetes/pods/node-match.ts';

const nodes = [node('one', { disk: 'fast', size: '8' }), node('two', { disk: 'slow', size: '2' }), node('three', {})];

describe('matchingNodes()', () => {
  it.each<[V1NodeSelectorRequirement, string[]]>([
    [{ key: 'disk', operator: 'In', values: ['fast', 'any'] }, ['one']],
    [{ key: 'disk', operator: 'NotIn', values: ['fast'] }, ['two', 'three']],
    [{ key: 'disk', operator: 'Exists' }, ['one', 'two']],
    [{ key: 'disk', operator: 'DoesNotExist' }, ['three']],
    [{ key: 'size', operator: 'Gt', values: ['4'] }, ['one']],
    [{ key: 'size', operator: 'Lt', values: ['4'] }, ['two']],
  ])('goes by %j', (requirement, names) => {
    expect(namesOf(matchingNodes(nodes, podFor([[requirement]])))).toEqual(names);
  });

  it('wants one of the terms, all of a term, and the node selector', () => {
    const [fast, slow] = ['fast', 'slow'].map((disk) => ({ key: 'disk', operator: 'In', values: [disk] }));
    if (!fast || !slow) throw new Error('no requirements');
    expect(namesOf(matchingNodes(nodes, podFor([[fast], [slow]])))).toEqual(['one', 'two']);
    expect(namesOf(matchingNodes(nodes, podFor([[fast, slow]])))).toEqual([]);
    expect(namesOf(matchingNodes(nodes, podFor([[fast], [slow]], { size: '2' })))).toEqual(['two']);
  });

  it('passes over the architecture if told to', () => {
    const pod = podFor([[{ key: 'kubernetes.io/arch', operator: 'In', values: ['arm64'] }]]);
    expect(matchingNodes(nodes, pod)).toEqual([]);
    expect(matchingNodes(nodes, pod, { anyArch: true })).toEqual(nodes);
  });
});

it('hinderingTaints() leaves out what is tolerated, and what is a mere preference', () => {
  const taints = [
    { key: 'gpu', value: 'yes', effect: 'NoSchedule' },
    { key: 'spot', effect: 'NoExecute' },
    { key: 'old', effect: 'PreferNoSchedule' },
  ];
  const tainted: V1Node = { spec: { taints } };
  const keys = (tolerations: object[]): string[] =>
    hinderingTaints(tainted, { spec: { containers: [], tolerations } }).map(({ key }) => key);
  expect(keys([])).toEqual(['gpu', 'spot']);
  expect(keys([{ key: 'gpu', value: 'yes' }])).toEqual(['spot']);
  expect(keys([{ key: 'gpu', value: 'no' }])).toEqual(['gpu', 'spot']);
  expect(keys([{ key: 'gpu', operator: 'Exists', effect: 'NoSchedule' }])).toEqual(['spot']);
  expect(keys([{ key: 'spot', operator: 'Exists', effect: 'NoSchedule' }])).toEqual(['gpu', 'spot']);
  expect(keys([{ operator: 'Exists' }])).toEqual([]);
});

function node(name: string, labels: Record<string, string>): V1Node {
  return { metadata: { name, labels } };
}

function podFor(terms: V1NodeSelectorRequirement[][], nodeSelector: Record<string, string> = {}): V1Pod {
  const nodeSelectorTerms = terms.map((matchExpressions) => ({ matchExpressions }));
  const required = { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
  return { spec: { containers: [], nodeSelector, affinity: { nodeAffinity: required } } };
}

function namesOf(found: readonly V1Node[]): (string | undefined)[] {
  return found.map(({ metadata }) => metadata?.name);
}
