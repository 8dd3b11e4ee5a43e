import { expect, it } from '@jest/globals';
import { diagnose } from '../../../../src/platforms/kubernetes/diagnose/diagnose.ts';
import { event, observedWith, pod } from '../../../support/kubernetes/observed.ts';

it.each<[string, Parameters<typeof observedWith>[0], object]>([
  [
    'no room on any node',
    {
      pods: [
        pod('hello-1', {
          phase: 'Pending',
          unschedulable: '0/2 nodes are available: 2 Insufficient cpu.',
          container: { state: {} },
        }),
      ],
    },
    {
      cause: 'unschedulable',
      summary: 'No node can take it: 0/2 nodes are available: 2 Insufficient cpu.',
      fatalAfterMs: 60_000,
    },
  ],
  [
    'no room, but a node is on its way',
    {
      pods: [pod('hello-1', { phase: 'Pending', unschedulable: '0/2 nodes are available', container: { state: {} } })],
      events: [event('hello-1', { reason: 'TriggeredScaleUp', message: 'pod triggered scale-up', type: 'Normal' })],
    },
    { cause: 'unschedulable', fatalAfterMs: Infinity },
  ],
  [
    'taints, by the words of an older scheduler alone',
    {
      pods: [
        pod('hello-1', {
          unschedulable: '0/2 nodes are available: 2 node(s) had untolerated taint {gpu: yes}. preemption: none.',
          container: { state: {} },
        }),
      ],
    },
    {
      cause: 'unschedulable',
      detail: 'taint',
      summary: 'No node can take it: 0/2 nodes are available: 2 node(s) had untolerated taint {gpu: yes}.',
      nextStep: 'Pass --toleration gpu, or add nodes without that taint.',
    },
  ],
  [
    'nodes that are not ready, by the words of an older scheduler alone',
    {
      pods: [
        pod('hello-1', {
          unschedulable: '0/1 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }.',
          container: { state: {} },
        }),
      ],
    },
    { cause: 'unschedulable', detail: 'unready' },
  ],
  [
    'full nodes',
    {
      pods: [pod('hello-1', { unschedulable: '0/1 nodes are available: 1 Too many pods.', container: { state: {} } })],
    },
    { cause: 'unschedulable', detail: 'pods' },
  ],
  [
    'cordoned nodes, by the words of the scheduler alone',
    {
      pods: [
        pod('hello-1', {
          unschedulable: '0/1 nodes are available: 1 node(s) were unschedulable.',
          container: { state: {} },
        }),
      ],
    },
    { cause: 'unschedulable', detail: 'cordoned' },
  ],
  [
    'a node that lacks neither room nor a label',
    {
      pods: [
        pod('hello-1', {
          unschedulable: "0/1 nodes are available: 1 node(s) didn't have free ports for the requested pod ports.",
          container: { state: {} },
        }),
      ],
      nodes: [{ metadata: { name: 'node-1' } }],
    },
    { cause: 'unschedulable', evidence: [], nextStep: 'Run: kubectl describe pod hello-1' },
  ],
])('diagnose() knows %s', (_situation, seen, found) => {
  expect(diagnose(observedWith(seen))).toMatchObject(found);
});
