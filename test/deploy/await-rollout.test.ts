import { describe, expect, it } from '@jest/globals';
import { awaitRollout } from '../../src/deploy/await-rollout.ts';
import type { Rollout } from '../../src/platforms/platform.ts';
import { planOf } from '../support/deploy/literals.ts';
import { stageWorld, textsOf } from '../support/deploy/stage-world.ts';
import { memoryPlatform } from '../support/deploy/memory-platform.ts';

const progress = { ready: 1, wanted: 1, pods: [{ name: 'hello-1', state: 'ready' }], old: [] };
const diagnosis = { cause: 'crash', summary: 'it crashes', evidence: [], nextStep: 'Correct it.' };
const applied = { objects: [], canRollBack: false };

/** A world whose platform sees a rollout end like this. */
const worldThatSees = (rollout: Partial<Rollout>) =>
  stageWorld({
    platform: {
      ...memoryPlatform(),
      async watch(_applied, { onProgress }) {
        onProgress?.({ ...progress, ready: 0, diagnosis });
        return { outcome: { kind: 'ready', progress }, replicas: [], changes: [], ...rollout };
      },
    },
  });

describe('awaitRollout()', () => {
  it('reports replicas as they get on, with what keeps them waiting', async () => {
    const world = worldThatSees({ replicas: [{ name: 'hello-1', createdAt: 1, readyAt: 5 }] });
    const { outcome } = await awaitRollout({ plan: planOf(), applied }, world);
    expect(outcome.kind).toBe('ready');
    expect(world.events).toEqual([{ kind: 'replicas', ready: 0, wanted: 1, pods: progress.pods, note: 'it crashes' }]);
    expect(world.laps).toEqual(['ready', 'confirm']);
  });

  it('warns of what others have changed', async () => {
    const world = worldThatSees({ changes: ['someone else scaled it'] });
    await awaitRollout({ plan: planOf(), applied }, world);
    expect(textsOf(world.events)).toEqual(['someone else scaled it']);
    expect(world.laps).toEqual(['confirm']);
  });

  it('gives back a rollout that failed: what is done about it is not its business', async () => {
    const world = worldThatSees({ outcome: { kind: 'failed', progress, diagnosis } });
    expect(await awaitRollout({ plan: planOf(), applied }, world)).toMatchObject({ outcome: { kind: 'failed' } });
    expect(world.laps).toEqual(['wait']);
    expect(world.stages).toEqual([]);
  });
});
