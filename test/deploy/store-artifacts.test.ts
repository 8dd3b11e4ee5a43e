import { describe, expect, it } from '@jest/globals';
import { storeArtifacts } from '../../src/deploy/store-artifacts.ts';
import { parseDigest } from '../../src/shared/digest.ts';
import { deployedWith, linuxArtifact, planOf } from '../support/deploy/literals.ts';
import { stageWorld, textsOf } from '../support/deploy/stage-world.ts';
import { memoryStore } from '../support/stores/memory-store.ts';

const running = parseDigest('3'.repeat(64));

describe('storeArtifacts()', () => {
  it('sends what the store does not have, and gives what replicas read it with', async () => {
    const artifact = await linuxArtifact('one');
    const world = stageWorld();
    const stored = await storeArtifacts({ plan: planOf(), artifacts: [artifact] }, world);
    expect(stored).toMatchObject({
      sentBytes: 3,
      sources: [[artifact, { kind: 'url' }]],
      links: { query: 'sig=memory' },
    });
    expect(await world.store.has(artifact)).toBe(true);
    expect(world.stages).toEqual([{ at: 'storing', isFirst: true }]);
    expect(world.laps).toEqual(['upload', 'link']);

    const again = await storeArtifacts(
      { plan: planOf(), artifacts: [artifact] },
      { ...stageWorld(), store: world.store },
    );
    expect(again.sentBytes).toBe(0);
  });

  it('tells the store which version runs, and that it is not the first', async () => {
    const artifact = await linuxArtifact('two');
    const store = memoryStore();
    const based: unknown[] = [];
    const world = stageWorld({
      store: {
        ...store,
        async put(one, options) {
          based.push(options?.basedOn);
          return store.put(one, options);
        },
      },
    });
    const plan = planOf({}, deployedWith({ replicas: 1 }, { versions: { amd64: running } }));
    await storeArtifacts({ plan, artifacts: [artifact] }, world);
    expect(based).toEqual([running]);
    expect(world.stages).toEqual([{ at: 'storing', isFirst: false }]);
  });

  it('passes on what the store warns of', async () => {
    const store = memoryStore();
    const source: typeof store.source = async (...args) => ({
      ...(await store.source(...args)),
      warning: 'it ends soon',
    });
    const world = stageWorld({ store: { ...store, source } });
    await storeArtifacts({ plan: planOf(), artifacts: [await linuxArtifact('three')] }, world);
    expect(textsOf(world.events)).toContain('it ends soon');
  });

  it('stores nothing once the signal has ended it', async () => {
    const artifact = await linuxArtifact('four');
    const world = stageWorld({ signal: AbortSignal.abort(new Error('enough')) });
    await expect(storeArtifacts({ plan: planOf(), artifacts: [artifact] }, world)).rejects.toThrow('enough');
    expect(await world.store.has(artifact)).toBe(false);
    expect(world.stages).toEqual([]);
  });
});
