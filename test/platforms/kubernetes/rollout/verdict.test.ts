import { describe, expect, it } from '@jest/globals';
import { judgeOf } from '../../../../src/platforms/kubernetes/rollout/verdict.ts';
import type { Digest } from '../../../../src/shared/digest.ts';
import { deploymentWith, event, observedWith, pod, replicaSet } from '../../../support/kubernetes/observed.ts';

const release = 'new' as Digest;
const ready = [pod('hello-1', { isReady: true }), pod('hello-2', { isReady: true })];
const deployment = deploymentWith({ replicas: 2 });

describe('judgeOf()', () => {
  it('waits until every replica is ready and no old pod is left', () => {
    const judge = judgeOf(release);
    const old = pod('hello-0', { release: 'old', isReady: true });
    const [first] = ready;
    expect(judge(observedWith({ deployment, pods: first ? [first, old] : [] }), 0)).toMatchObject({
      kind: 'waiting',
      progress: { ready: 1, wanted: 2 },
    });
    expect(judge(observedWith({ deployment, pods: [...ready, old] }), 0)).toMatchObject({
      kind: 'waiting',
      progress: { ready: 2, old: ['hello-0'] },
    });
    const ending = pod('hello-0', { release: 'old', isEnding: true });
    expect(judge(observedWith({ deployment, pods: [...ready, ending] }), 0).kind).toBe('waiting');
    expect(judge(observedWith({ deployment, pods: ready }), 0)).toMatchObject({
      kind: 'ready',
      progress: { ready: 2, old: [] },
    });
  });

  it('does not wait for ever for an old pod that cannot end', () => {
    const judge = judgeOf(release);
    const pods = [...ready, pod('hello-0', { release: 'old', isEnding: true })];
    expect(judge(observedWith({ deployment, pods }), 0).kind).toBe('waiting');
    expect(judge(observedWith({ deployment, pods }), 34_999).kind).toBe('waiting');
    expect(judge(observedWith({ deployment, pods }), 35_000)).toMatchObject({
      kind: 'ready',
      progress: { old: ['hello-0'] },
    });
  });

  it('does not take replicas of the same release with other arguments for the new ones', () => {
    const judge = judgeOf(release);
    const replicaSets = [replicaSet('new', 1)];
    expect(judge(observedWith({ deployment, replicaSets, pods: ready }), 0)).toMatchObject({
      kind: 'waiting',
      progress: { ready: 0 },
    });
  });

  it('does not believe a status from before the last change', () => {
    const judge = judgeOf(release);
    expect(
      judge(observedWith({ deployment: deploymentWith({ replicas: 2, generation: 3 }), pods: ready }), 0).kind,
    ).toBe('waiting');
  });

  it('passes over the record of an evicted pod', () => {
    const judge = judgeOf(release);
    expect(judge(observedWith({ deployment, pods: [...ready, pod('hello-3', { phase: 'Failed' })] }), 0).kind).toBe(
      'ready',
    );
  });

  it('fails at once on what is fatal, and on what may heal after its time', () => {
    const broken = observedWith({
      pods: [pod('hello-1', { container: { state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } } })],
    });
    expect(judgeOf(release)(broken, 0)).toMatchObject({ kind: 'failed', diagnosis: { cause: 'image-not-found' } });

    const judge = judgeOf(release);
    const full = observedWith({
      pods: [pod('hello-1', { unschedulable: '2 Insufficient cpu', container: { state: {} } })],
    });
    expect(judge(full, 1_000)).toMatchObject({ kind: 'waiting', diagnosis: { cause: 'unschedulable' } });
    expect(judge(full, 60_999).kind).toBe('waiting');
    expect(judge(observedWith({ pods: [pod('hello-1')] }), 61_000).kind).toBe('waiting');
    expect(judge(full, 62_000).kind).toBe('waiting');
    expect(judge(full, 122_000).kind).toBe('failed');
  });

  it('sees that another release took over', () => {
    expect(judgeOf(release)(observedWith({ deployment: deploymentWith({ release: 'newer' }) }), 0)).toEqual({
      kind: 'superseded',
      by: 'newer',
    });
  });

  it('sees that the pods are made of another release than the Deployment says', () => {
    const annotations = { 'selfsame.dev/release': 'older' };
    const undone = deploymentWith({ spec: { template: { metadata: { annotations } } } });
    expect(judgeOf(release)(observedWith({ deployment: undone }), 0)).toEqual({ kind: 'superseded', by: 'older' });
  });

  it('waits until replicas that nothing is asked of have lasted', () => {
    const judge = judgeOf(release);
    const lasting = (availableReplicas: number): ReturnType<typeof deploymentWith> =>
      deploymentWith({
        replicas: 2,
        spec: { minReadySeconds: 10 },
        status: { observedGeneration: 2, availableReplicas },
      });
    expect(judge(observedWith({ deployment: lasting(1), pods: ready }), 0).kind).toBe('waiting');
    expect(judge(observedWith({ deployment: lasting(2), pods: ready }), 0).kind).toBe('ready');
  });

  it('tells what each replica does', () => {
    const pods = [
      pod('ready', { isReady: true }),
      pod('started'),
      pod('fetching', { container: { started: false } }),
      pod('pulling', { container: { state: { waiting: { reason: 'ContainerCreating' } } } }),
      pod('placed', { container: { state: { waiting: { reason: 'ContainerCreating' } } } }),
      pod('crashed', { container: { state: { terminated: { exitCode: 2 } } } }),
      pod('nowhere', { unschedulable: 'no room', container: { state: {} } }),
    ];
    const events = [event('pulling', { reason: 'Pulling', message: 'Pulling image', type: 'Normal' })];
    const verdict = judgeOf(release)(observedWith({ deployment: deploymentWith({ replicas: 7 }), pods, events }), 0);
    const states =
      verdict.kind === 'waiting' ? verdict.progress.pods.map(({ name, state }) => `${name}: ${state}`) : [];
    expect(states).toEqual([
      'ready: ready',
      'started: not ready',
      'fetching: fetching and starting',
      'pulling: pulling image',
      'placed: scheduled',
      'crashed: ended with status 2',
      'nowhere: no node fits',
    ]);
  });
});
