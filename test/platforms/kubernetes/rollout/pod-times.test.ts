import { describe, expect, it } from '@jest/globals';
import { recordPodTimes } from '../../../../src/platforms/kubernetes/rollout/pod-times.ts';
import { observedWith, pod } from '../../../support/kubernetes/observed.ts';

const starting = { state: { waiting: { reason: 'ContainerCreating' } } };

describe('recordPodTimes()', () => {
  it('notes when a replica first came so far, and only the first time', () => {
    const clock = recordPodTimes();
    clock.look(observedWith(), 100);
    clock.look(observedWith({ pods: [pod('a', { unschedulable: 'none fits', container: starting })] }), 200);
    clock.look(observedWith({ pods: [pod('a', { container: starting })] }), 300);
    clock.look(observedWith({ pods: [pod('a')] }), 400);
    clock.look(observedWith({ pods: [pod('a', { isReady: true })] }), 500);
    clock.look(observedWith({ pods: [pod('a', { isReady: true })] }), 600);
    expect(clock.times()).toEqual([
      { name: 'a', node: 'node-1', createdAt: 200, scheduledAt: 300, runningAt: 400, readyAt: 500 },
    ]);
  });

  it('leaves out replicas that were ready before', () => {
    const clock = recordPodTimes();
    const before = pod('before', { isReady: true });
    clock.look(observedWith({ pods: [before] }), 100);
    clock.look(observedWith({ pods: [before, pod('added', { isReady: true })] }), 200);
    expect(clock.times().map(({ name }) => name)).toEqual(['added']);
  });

  it('leaves out pods of earlier releases and those that were replaced', () => {
    const clock = recordPodTimes();
    const old = pod('old', { release: 'old' });
    clock.look(observedWith({ pods: [old, pod('evicted')] }), 100);
    clock.look(observedWith({ pods: [old, pod('evicted', { phase: 'Failed' }), pod('instead')] }), 200);
    expect(clock.times().map(({ name }) => name)).toEqual(['instead']);
  });
});
