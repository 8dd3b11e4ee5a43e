import { describe, expect, it } from '@jest/globals';
import { settle } from '../../src/deploy/settle.ts';
import type { Intent } from '../../src/platforms/intent.ts';
import { parseDigest } from '../../src/shared/digest.ts';
import { planOf } from '../support/deploy/literals.ts';
import { stageWorld, textsOf, type StageWorld } from '../support/deploy/stage-world.ts';
import { memoryPlatform } from '../support/deploy/memory-platform.ts';
import { testIntent } from '../support/kubernetes/intent.ts';

const appliedAt = 100;
const first = parseDigest('a'.repeat(64));

async function applied(world: StageWorld, changes: Partial<Intent>) {
  const { platform, signal } = world;
  const intent = testIntent({ name: 'hello', replicas: 1, ...changes });
  const release = await platform.apply(intent, await platform.read('hello', { signal }), { signal });
  return { release, rollout: await platform.watch(release, { timeoutMs: 1_000, signal }) };
}

/** The release that is ready, and one after it that crashes. */
async function failing(world: StageWorld) {
  await applied(world, { release: first });
  return applied(world, { release: parseDigest('b'.repeat(64)), env: { MODE: 'crash' } });
}

describe('settle()', () => {
  it('collects how the replicas of a release came up', async () => {
    const platform = {
      ...memoryPlatform(),
      startOf: async () => ({ bootAt: 120, runner: { fetchMs: 5, verifyMs: 6, fetchedBytes: 7 } }),
    };
    const world = stageWorld({ platform });
    const { release } = await applied(world, {});
    const replicas = [{ name: 'hello-1', createdAt: 101, scheduledAt: 102, runningAt: 105, readyAt: 150 }];
    const progress = { ready: 1, wanted: 1, pods: [], old: [] };
    const plan = { ...planOf(), port: 8080 };
    const settled = await settle(
      { plan, applied: release, appliedAt },
      { outcome: { kind: 'ready', progress }, replicas },
      world,
    );
    expect(settled).toMatchObject({ outcome: { kind: 'ready' }, timings: { pods: [{ fetchMs: 5, readyMs: 50 }] } });
    expect(settled).not.toHaveProperty('undone');
    expect(world.laps).toEqual(['collect']);
    expect(world.stages).toEqual([]);
  });

  it('rolls a release that failed back to the one that was ready', async () => {
    const world = stageWorld();
    const { release, rollout } = await failing(world);
    const settled = await settle({ plan: planOf(), applied: release, appliedAt }, rollout, world);
    expect(settled.undone).toMatchObject({ kind: 'rolled-back', release: first, outcome: { kind: 'ready' } });
    expect(world.laps).toEqual(['collect', 'rollback']);
    expect(world.stages).toMatchObject([
      { at: 'failed', canRollBack: true, outcome: { kind: 'failed' } },
      { at: 'rolling back', canRollBack: true },
      { at: 'rolled back', release: first },
    ]);
    expect(textsOf(world.events).at(-1)).toMatch(/^Going back to release aaaaaaaaaaaa \(revision 1\)/);
  });

  it.each([
    ['--no-rollback', { rollback: false }],
    ['--rm, which removes it altogether', { rm: true }],
  ])('leaves a release that failed with %s', async (_case, flags) => {
    const world = stageWorld();
    const { release, rollout } = await failing(world);
    const settled = await settle({ plan: planOf(flags), applied: release, appliedAt }, rollout, world);
    expect(settled.undone).toEqual({ kind: 'left' });
    expect(world.stages).toMatchObject([{ at: 'failed' }]);
  });

  it('has nothing to go back to on a platform that cannot', async () => {
    const platform = memoryPlatform();
    delete platform.rollBack;
    const world = stageWorld({ platform });
    const { release, rollout } = await failing(world);
    const settled = await settle({ plan: planOf(), applied: release, appliedAt }, rollout, world);
    expect(settled.undone).toEqual({ kind: 'nothing-before' });
  });
});
