import { describe, expect, it } from '@jest/globals';
import { prepare } from '../../src/deploy/prepare.ts';
import { openExecutable } from '../../src/executable/self.ts';
import { releaseOf, versionsOf } from '../../src/executable/version.ts';
import { DeployError } from '../../src/shared/errors.ts';
import { planOf } from '../support/deploy/literals.ts';
import { stageWorld, textsOf } from '../support/deploy/stage-world.ts';
import { memoryPlatform } from '../support/deploy/memory-platform.ts';
import { helloExecutable } from '../support/programs/executables.ts';

const executable = await openExecutable(helloExecutable);
const own = { executable, runtimes: {}, stockRunner: 'script' };
const target = executable.target === 'linux-arm64' ? 'linux-arm64' : 'linux-x64';

describe('prepare()', () => {
  it('makes what is to be stored and applied, and changes nothing', async () => {
    const world = stageWorld();
    const versions = await versionsOf(executable.blob);
    const prepared = await prepare(planOf({ target, replicas: '3' }), { ...world, ...own });
    expect(prepared.artifacts).toMatchObject([{ target, version: versions[target], name: 'hello' }]);
    expect(prepared.release).toBe(releaseOf(versions));
    expect(prepared.runner).toMatchObject({ kind: 'stock', script: 'script' });
    // The link is made when it is deployed: a placeholder stands for it.
    expect(prepared.intent).toMatchObject({ name: 'hello', replicas: 3, query: 'made-when-deployed' });
    expect(await world.store.has({ version: versions[target], name: 'hello' })).toBe(false);
    expect(await world.platform.read('hello', world)).toMatchObject({ isThere: false });
    expect(world.laps).toEqual(['start', 'preflight', 'hash', 'check']);
    expect(textsOf(world.events).at(-1)).toBe('Nothing stands in the way at memory and memory');
    expect(world.stages).toEqual([]);
  });

  it('ends with what the platform finds', async () => {
    const refused = new DeployError('cluster-refused', 'Too much', { hint: 'Ask for less.' });
    const platform = memoryPlatform();
    const world = stageWorld({
      platform: {
        ...platform,
        preflight: async (...args) => ({
          ...(await platform.preflight(...args)),
          verdict: () => Promise.reject(refused),
        }),
      },
    });
    await expect(prepare(planOf({ target }), { ...world, ...own })).rejects.toBe(refused);
  });
});
