import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { deploy } from '../../src/deploy/deploy.ts';
import { openExecutable } from '../../src/executable/self.ts';
import { planOf } from '../support/deploy/literals.ts';
import { stageWorld } from '../support/deploy/stage-world.ts';
import { changedExecutable, helloExecutable } from '../support/programs/executables.ts';

const target = process.arch === 'arm64' ? 'linux-arm64' : 'linux-x64';
const worldOf = async (file: string, changes: Parameters<typeof stageWorld>[0] = {}) => ({
  ...stageWorld(changes),
  executable: await openExecutable(file),
  runtimes: {},
  stockRunner: 'script',
});

describe('deploy()', () => {
  it('goes through its five stages, and again for the next version', async () => {
    const world = await worldOf(helloExecutable);
    const first = await deploy(planOf({ target }), world);
    expect(first).toMatchObject({ name: 'hello', replicas: 1, outcome: { kind: 'ready' }, canRollBack: false });
    expect(first.sentBytes).toBeGreaterThan(0);
    expect(world.stages.map(({ at }) => at)).toEqual(['storing', 'applying', 'applying', 'applied']);
    const laps = 'start preflight hash check upload link apply ready confirm collect';
    expect(world.laps.join(' ')).toBe(laps);

    const { platform, store, signal } = world;
    const next = await worldOf(changedExecutable, { platform, store });
    const plan = planOf({ target }, await platform.read('hello', { signal }));
    const second = await deploy(plan, next);
    expect(second).toMatchObject({ canRollBack: true, outcome: { kind: 'ready' }, applied: [{ change: 'changed' }] });
    expect(second.sentBytes).toBeLessThan(first.sentBytes);
  });

  it('does not wait with --no-wait', async () => {
    const world = await worldOf(helloExecutable);
    const deployed = await deploy(planOf({ target, wait: false }), world);
    expect(deployed).not.toHaveProperty('outcome');
    expect(world.laps.at(-1)).toBe('apply');
  });

  it('knows stages, not places', () => {
    const stages =
      'deploy prepare store-artifacts apply-release await-rollout settle auto-rollback links intent send timings';
    const named = stages.split(' ').map((name) => `src/deploy/${name}.ts`);
    const files = globSync('src/deploy/*.ts');
    expect(named.filter((file) => !files.includes(file))).toEqual([]);
    const places = named.filter((file) => /from '.*platforms\/(kubernetes|local)\//.test(readFileSync(file, 'utf8')));
    expect(places).toEqual([]);
  });
});
