import { describe, expect, it } from '@jest/globals';
import type { V1Node, V1Pod, V1Taint } from '@kubernetes/client-node';
import { isProvisioned, nodePlaceFor, roomFindings } from '../../../src/platforms/kubernetes/preflight-nodes.ts';

const anywhere = { nodeSelector: {}, tolerations: [] };

describe('nodePlaceFor()', () => {
  const mixed = [node('a', { arch: 'amd64' }), node('b', { arch: 'arm64', labels: { disk: 'ssd' } })];

  it('builds for the architectures of the nodes', () => {
    expect(nodePlaceFor(anywhere, mixed)).toMatchObject({ targets: ['linux-arm64', 'linux-x64'], findings: [] });
    expect(nodePlaceFor({ ...anywhere, target: 'linux-x64' }, mixed)).toMatchObject({ targets: ['linux-x64'] });
    const others = [
      node('c', { arch: 's390x' }),
      node('d', { arch: 'arm64', labels: { 'kubernetes.io/os': 'windows' } }),
    ];
    expect(nodePlaceFor(anywhere, [node('a', { arch: 'amd64' }), ...others]).targets).toEqual(['linux-x64']);
  });

  it('leaves out what the selector leaves out', () => {
    const { targets, nodes } = nodePlaceFor({ ...anywhere, nodeSelector: { disk: 'ssd' } }, mixed);
    expect(targets).toEqual(['linux-arm64']);
    expect(nodes.map(({ metadata }) => metadata?.name)).toEqual(['b']);
  });

  it('leaves out nodes whose taints keep pods away, unless they are tolerated', () => {
    const taints: V1Taint[] = [{ key: 'arch', value: 'arm', effect: 'NoSchedule' }];
    const tainted = [node('a', { arch: 'amd64' }), node('b', { arch: 'arm64', taints })];
    const targets = (...tolerations: string[]) => nodePlaceFor({ ...anywhere, tolerations }, tainted).targets;
    expect(targets()).toEqual(['linux-x64']);
    expect(targets('other', 'arch=x86', 'arch:NoExecute')).toEqual(['linux-x64']);
    for (const toleration of ['arch', 'arch=arm', 'arch:NoSchedule', 'arch=arm:NoSchedule', ':NoSchedule']) {
      expect(targets('other', toleration)).toEqual(['linux-arm64', 'linux-x64']);
    }
  });

  it('counts nodes that will take pods again by themselves, where no other does', () => {
    const taints: V1Taint[] = [{ key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }];
    expect(nodePlaceFor(anywhere, [node('a', { arch: 'amd64', taints })])).toMatchObject({
      targets: ['linux-x64'],
      findings: [],
    });
    expect(nodePlaceFor(anywhere, [...mixed.slice(1), node('a', { arch: 'amd64', taints })]).targets).toEqual([
      'linux-arm64',
    ]);
  });

  const batch: V1Taint[] = [{ key: 'for', value: 'batch', effect: 'NoSchedule' }];
  const cordoned: V1Taint[] = [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }];
  it.each([
    ['no node at all', anywhere, [], 'The cluster has no node that runs Linux'],
    [
      'labels that no node has',
      { ...anywhere, nodeSelector: { disk: 'ssd', zone: 'x' } },
      mixed,
      'No node has the label disk=ssd and zone=x',
    ],
    [
      'another target',
      { ...anywhere, target: 'linux-x64' as const },
      mixed.slice(1),
      'No node runs linux-x64: the nodes are arm64',
    ],
    [
      'nodes that are kept for others',
      anywhere,
      [
        node('a', { arch: 'amd64', taints: batch }),
        node('b', { arch: 'amd64', taints: batch }),
        node('c', { arch: 'amd64', taints: cordoned, unschedulable: true }),
      ],
      'No node takes pods: 2 nodes are tainted for=batch:NoSchedule; c is cordoned',
    ],
  ])('refuses %s', (_, wanted, nodes, message) => {
    const { findings, targets } = nodePlaceFor(wanted, nodes);
    expect(findings).toMatchObject([{ code: 'no-matching-node', message }]);
    // Other checks go on with what was wanted.
    expect(targets.length).toBeGreaterThan(0);
  });
});

describe('roomFindings()', () => {
  const small = node('a', { arch: 'amd64', allocatable: { cpu: '2', memory: '4Gi', pods: '110' } });
  const wide = node('b', { arch: 'amd64', allocatable: { cpu: '1500m', memory: '16Gi', pods: '110' } });
  const find = (template: V1Pod, pod = template) => roomFindings([small, wide], { template, pod });

  it('is content with one node that holds a replica', () => {
    expect(find(asking({ cpu: '2', memory: '1Gi' }))).toEqual([]);
    expect(find(asking({ cpu: '1', memory: '16Gi' }))).toEqual([]);
  });

  it('refuses what fits into no node, also where each of them has enough of something', () => {
    expect(find(asking({ cpu: '2', memory: '8Gi' }))).toMatchObject([
      {
        code: 'no-matching-node',
        message: 'No node can hold one replica: it asks for cpu 2, memory 8Gi; nodes have at most cpu 2, memory 16Gi',
      },
    ]);
  });

  it('counts what the cluster adds: sidecars, and what runs before', () => {
    const template = asking({ cpu: '1', memory: '1Gi' });
    const [app] = template.spec?.containers ?? [];
    const proxy = { name: 'proxy', resources: { requests: { cpu: '1500m' } } };
    const crowded: V1Pod = { spec: { containers: app ? [app, proxy] : [] } };
    expect(find(template, crowded)).toMatchObject([
      { message: expect.stringContaining('memory 1Gi, and what the cluster adds; nodes') },
    ]);
    const first: V1Pod = { spec: { containers: app ? [app] : [], initContainers: [proxy] } };
    expect(find(template, first)).toEqual([]);
  });
});

it('isProvisioned() knows the nodes of Karpenter', () => {
  expect(isProvisioned(node('a', { arch: 'amd64' }))).toBe(false);
  expect(isProvisioned(node('a', { arch: 'amd64', labels: { 'karpenter.sh/nodepool': 'default' } }))).toBe(true);
});

interface NodeParts {
  readonly arch: string;
  readonly labels?: Record<string, string>;
  readonly taints?: V1Taint[];
  readonly unschedulable?: boolean;
  readonly allocatable?: Record<string, string>;
}

function node(name: string, { arch, labels, taints = [], unschedulable = false, allocatable = {} }: NodeParts): V1Node {
  return {
    metadata: { name, labels: { 'kubernetes.io/arch': arch, ...labels } },
    spec: { taints, unschedulable },
    status: { allocatable },
  };
}

function asking(requests: Record<string, string>): V1Pod {
  return { spec: { containers: [{ name: 'app', resources: { requests } }] } };
}
