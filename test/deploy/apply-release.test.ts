import { describe, expect, it } from '@jest/globals';
import { applyRelease } from '../../src/deploy/apply-release.ts';
import type { Deployed } from '../../src/platforms/deployed.ts';
import { parseDigest } from '../../src/shared/digest.ts';
import { deployedWith, linuxArtifact, planOf } from '../support/deploy/literals.ts';
import { stageWorld, textsOf } from '../support/deploy/stage-world.ts';
import { memoryPlatform } from '../support/deploy/memory-platform.ts';

const release = parseDigest('a'.repeat(64));
const runner = { kind: 'thin' } as const;
const artifact = await linuxArtifact('one');
const url = 'https://store.test/one';
const stored = { sources: [[artifact, { kind: 'url', url, access: 'test' }]], links: { query: 'sig=x' } } as const;

describe('applyRelease()', () => {
  it('applies the plan with what is stored, and says what changed', async () => {
    const world = stageWorld();
    const released = await applyRelease({ plan: planOf({ replicas: '2' }), release, runner }, stored, world);
    expect(released).toMatchObject({ release, applied: { canRollBack: false }, plan: { replicas: 2 } });
    expect(await world.platform.read('hello', world)).toMatchObject({
      versions: { amd64: artifact.version },
      scaling: { replicas: 2 },
    });
    expect(textsOf(world.events)).toEqual(['Applied: Replicas hello created']);
    expect(world.laps).toEqual(['apply']);
    expect(world.stages).toEqual([
      { at: 'applying', isFirst: true, applied: [] },
      { at: 'applying', isFirst: true, applied: ['Replicas hello'] },
      { at: 'applied', canRollBack: false },
    ]);

    const again = stageWorld({ platform: world.platform });
    await applyRelease({ plan: planOf({ replicas: '2' }), release, runner }, stored, again);
    expect(textsOf(again.events)).toEqual(['Nothing to change on the cluster: 1 objects are as wanted']);
  });

  it('reads what is there again, and keeps a number that someone has set in the meantime', async () => {
    const platform = memoryPlatform();
    const asked: (Deployed | undefined)[] = [];
    const before = deployedWith({ replicas: 2 });
    const world = stageWorld({
      platform: {
        ...platform,
        async read(_name, { since }) {
          asked.push(since);
          return deployedWith({ replicas: 7 });
        },
      },
    });
    const released = await applyRelease({ plan: planOf({}, before), release, runner }, stored, world);
    expect(asked).toEqual([before]);
    expect(released.plan).toMatchObject({ replicas: 7, setsReplicas: false });
    expect(world.stages[0]).toEqual({ at: 'applying', isFirst: false, applied: [] });
  });

  it('changes nothing once the signal has ended it', async () => {
    const world = stageWorld({ signal: AbortSignal.abort(new Error('enough')) });
    await expect(applyRelease({ plan: planOf(), release, runner }, stored, world)).rejects.toThrow('enough');
    expect(world.stages).toEqual([]);
  });
});
