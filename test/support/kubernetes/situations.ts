import type { V1ContainerState, V1ContainerStatus } from '@kubernetes/client-node';
import { describe, expect, it } from '@jest/globals';
import { diagnose } from '../../../src/platforms/kubernetes/diagnose/diagnose.ts';
import type { Observed } from '../../../src/platforms/kubernetes/pods/pod-view.ts';
import { observedWith, pod } from './observed.ts';

/** A situation as a real cluster showed it, and what to make of it. */
type Situation = [situation: string, seen: Partial<Observed>, found: object | undefined];

export function itKnows(situations: Situation[]): void {
  describe('diagnose()', () => {
    it.each(situations)('knows %s', (_situation, seen, found) => {
      const diagnosis = diagnose(observedWith(seen));
      if (found === undefined) expect(diagnosis).toBeUndefined();
      else expect(diagnosis).toMatchObject(found);
    });
  });
}

export function one(container: Partial<V1ContainerStatus>): Partial<Observed> {
  return { pods: [pod('hello-1', { container })] };
}

export function running(): Partial<V1ContainerStatus> {
  return { state: { running: {} }, started: false };
}

export function waiting(reason: string, message: string): Partial<V1ContainerStatus> {
  return { state: { waiting: { reason, message } } };
}

export function terminated(state: NonNullable<V1ContainerState['terminated']>): Partial<V1ContainerStatus> {
  return { state: { terminated: state } };
}
