import { describe, expect, it } from '@jest/globals';
import { parseDuration, planFrom } from '../../../src/deploy/plan/plan.ts';
import { resourcesOf } from '../../../src/platforms/kubernetes/manifest/container.ts';
import type { Flag, FlagsOf } from '../../../src/shared/flag.ts';
import { flags } from '../../../src/shared/flags.ts';

const app = { name: 'hello-world', run: async () => {} };

describe('flags', () => {
  it('have the defaults that they name', () => {
    const plan = planFrom(app, {}, []);
    expect(plan).toMatchObject({
      name: app.name,
      replicas: 1,
      waits: flags.wait.default,
      rollsBack: flags.rollback.default,
    });
    expect(plan.waitTimeoutMs).toBe(parseDuration('--wait-timeout', flags['wait-timeout'].default));
    expect(resourcesOf(plan.resources)).toEqual({
      requests: { cpu: flags['cpu-request'].default, memory: flags['memory-request'].default },
      limits: { memory: flags['memory-limit'].default },
    });
    expect(flags['cpu-limit'].default).toBe('none');
  });

  it('show what stands for a value where they take one, and only there', () => {
    for (const [name, { type, value }] of Object.entries<Flag>(flags)) {
      expect([name, value !== undefined]).toEqual([name, type !== 'boolean']);
    }
  });

  it('are only on by default where they are switches', () => {
    const isOn = Object.entries<Flag>(flags).filter(([, flag]) => flag.default === true);
    expect(isOn.map(([name, { type }]) => [name, type])).toEqual([
      ['wait', 'boolean'],
      ['rollback', 'boolean'],
    ]);
  });

  it('say which types their values have', () => {
    // The type checker is what fails here.
    const given: FlagsOf<typeof flags> = { replicas: '5', env: ['A=1'], wait: false, output: 'json' };
    const [replicas, env, wait, output]: [
      string | undefined,
      readonly string[] | undefined,
      boolean | undefined,
      'text' | 'json' | 'yaml' | undefined,
    ] = [given.replicas, given.env, given.wait, given.output];
    expect([replicas, env, wait, output]).toEqual(['5', ['A=1'], false, 'json']);
  });
});
