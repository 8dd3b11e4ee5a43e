import { describe, expect, it } from '@jest/globals';
import type { V1Deployment, V1ReplicaSet } from '@kubernetes/client-node';
import { historyIn, lastReady, neverReady } from '../../../../src/platforms/kubernetes/rollout/history.ts';
import { deploymentWith, replicaSet } from '../../../support/kubernetes/observed.ts';

const available = { conditions: [{ type: 'Progressing', reason: 'NewReplicaSetAvailable' }], updatedReplicas: 2 };

function history(deployment: V1Deployment, ...sets: V1ReplicaSet[]) {
  return historyIn(deployment, sets);
}

function annotated<T extends V1Deployment | V1ReplicaSet>(object: T, annotations: Record<string, string>): T {
  Object.assign(object.metadata?.annotations ?? {}, annotations);
  return object;
}

describe('historyIn()', () => {
  it('tells the newest first, what each is, and passes over what belongs to others', () => {
    const foreign = replicaSet('other', 9);
    Object.assign(foreign.metadata ?? {}, { ownerReferences: [] });
    const { revisions } = history(
      deploymentWith({ replicas: 2, status: available }),
      replicaSet('older', 1, { replicas: 0 }),
      foreign,
      replicaSet('new', 2, { replicas: 2, readyReplicas: 2 }),
    );
    expect(revisions).toMatchObject([
      { revision: 2, release: 'new', replicaSet: 'hello-new', replicas: 2, ready: 2, state: 'ready', isCurrent: true },
      { revision: 1, release: 'older', replicas: 0, ready: 0, state: 'kept', isCurrent: false },
    ]);
  });

  it('tells which have pods still, and which were never ready', () => {
    const newest = annotated(replicaSet('new', 4, { replicas: 1 }), { 'selfsame.dev/never-ready': '2' });
    const { revisions } = history(
      annotated(deploymentWith({ replicas: 3 }), { 'deployment.kubernetes.io/revision': '4' }),
      newest,
      replicaSet('going', 3, { replicas: 3, readyReplicas: 3 }),
      replicaSet('bad', 2, { replicas: 0 }),
    );
    expect(revisions.map(({ state }) => state)).toEqual(['not ready', 'going', 'never ready']);
  });

  it('knows who deployed, from the Deployment for what is wanted now, and keeps the terminal safe', () => {
    const at = '2026-11-22T10:00:00Z';
    const deployed = { 'selfsame.dev/deployed-by': 'ann\u001b[2J', 'selfsame.dev/deployed-at': at };
    const before = annotated(replicaSet('old', 1), { 'selfsame.dev/deployed-by': 'bob' });
    const { revisions } = history(annotated(deploymentWith(), deployed), replicaSet('new', 2), before);
    expect(revisions).toMatchObject([{ by: 'ann[2J', deployedAt: new Date(at) }, { by: 'bob' }]);
  });

  it('does not say that a deployer made what someone changed by hand later', () => {
    const deployed = { 'selfsame.dev/deployed-by': 'ann', 'selfsame.dev/deployed-at': '2026-11-22T10:00:00Z' };
    const byHand = replicaSet('new', 2);
    const createdAt = new Date('2026-11-22T10:05:00Z');
    Object.assign(byHand.metadata ?? {}, { creationTimestamp: createdAt });
    const [revision] = history(annotated(deploymentWith(), deployed), byHand).revisions;
    expect(revision).toMatchObject({ deployedAt: createdAt });
    expect(revision).not.toHaveProperty('by');
  });
});

describe('lastReady()', () => {
  const old = replicaSet('old', 1, { replicas: 2, readyReplicas: 2 });

  it.each([
    ['all are ready', {}, { readyReplicas: 2 }, 'new'],
    ['it came up and a pod restarts', { ...available, replicas: 2 }, { readyReplicas: 1 }, 'new'],
    ['it comes up', { updatedReplicas: 1, replicas: 3 }, { readyReplicas: 1 }, 'old'],
    [
      'the verdict is that on the one before',
      { ...available, updatedReplicas: 1, replicas: 3 },
      { readyReplicas: 1 },
      'old',
    ],
    ['it came up and nothing of it serves any more', { ...available, replicas: 2 }, { readyReplicas: 0 }, 'old'],
    ['it crashes', {}, {}, 'old'],
    ['its controller has not seen what is wanted now', { observedGeneration: 1 }, { readyReplicas: 2 }, 'new'],
  ])('when %s', (_case, status, own, release) => {
    const deployment = deploymentWith({ replicas: 2, status });
    expect(lastReady(history(deployment, old, replicaSet('new', 2, own)))).toMatchObject({ release });
  });

  it('is none where nothing was ever ready, and the current one where none is wanted', () => {
    expect(lastReady(history(deploymentWith(), replicaSet('new', 2)))).toBeUndefined();
    const paused = deploymentWith({ replicas: 0, status: { ...available, updatedReplicas: 0, replicas: 0 } });
    expect(lastReady(history(paused, replicaSet('new', 2, { replicas: 0 })))).toMatchObject({ release: 'new' });
  });
});

describe('neverReady()', () => {
  it('is what was marked, and what is wanted now as long as it was not ready', () => {
    const marked = annotated(deploymentWith(), { 'selfsame.dev/never-ready': '1,7' });
    expect(neverReady(history(marked, replicaSet('new', 2), replicaSet('old', 1)))).toEqual([2, 1]);
    const up = annotated(deploymentWith({ status: { ...available, replicas: 2 } }), {
      'selfsame.dev/never-ready': '1',
    });
    expect(neverReady(history(up, replicaSet('new', 2), replicaSet('old', 1)))).toEqual([1]);
  });
});
