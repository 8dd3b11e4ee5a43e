import { describe, expect, it } from '@jest/globals';
import { parseDuration, planFrom } from '../../../src/deploy/plan/plan.ts';
import { resourcesOf } from '../../../src/platforms/kubernetes/manifest/container.ts';
import type { Flag, FlagsOf } from '../../../src/shared/flag.ts';
import { flagTable } from '../../../src/shared/flags.ts';

const app = { name: 'hello-world', run: async () => {} };

describe('flags', () => {
  it('have the defaults that they name', () => {
    const plan = planFrom(app, {}, []);
    expect(plan).toMatchObject({
      name: app.name,
      replicas: 1,
      waits: flagTable.wait.default,
      rollsBack: flagTable.rollback.default,
    });
    expect(plan.waitTimeoutMs).toBe(parseDuration('--wait-timeout', flagTable['wait-timeout'].default));
    expect(resourcesOf(plan.resources)).toEqual({
      requests: { cpu: flagTable['cpu-request'].default, memory: flagTable['memory-request'].default },
      limits: { memory: flagTable['memory-limit'].default },
    });
    expect(flagTable['cpu-limit'].default).toBe('none');
  });

  it('show what stands for a value where they take one, and only there', () => {
    for (const [name, { type, value }] of Object.entries<Flag>(flagTable)) {
      expect([name, value !== undefined]).toEqual([name, type !== 'boolean']);
    }
  });

  it('are only on by default where they are switches', () => {
    const isOn = Object.entries<Flag>(flagTable).filter(([, flag]) => flag.default === true);
    expect(isOn.map(([name, { type }]) => [name, type])).toEqual([
      ['wait', 'boolean'],
      ['rollback', 'boolean'],
    ]);
  });

  it('say which types their values have', () => {
    // The type checker is what fails here.
    const given: FlagsOf<typeof flagTable> = { replicas: '5', env: ['A=1'], wait: false, output: 'json' };
    const [replicas, env, wait, output]: [
      string | undefined,
      readonly string[] | undefined,
      boolean | undefined,
      'text' | 'json' | 'yaml' | undefined,
    ] = [given.replicas, given.env, given.wait, given.output];
    expect([replicas, env, wait, output]).toEqual(['5', ['A=1'], false, 'json']);
  });
});
