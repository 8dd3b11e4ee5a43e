import { describe, expect, it } from '@jest/globals';
import { planFrom } from '../../../src/deploy/plan/plan.ts';
import { planWith, replicasText } from '../../../src/deploy/plan/replicas.ts';
import { deployedWith } from '../../support/deploy/literals.ts';

const app = { name: 'hello', async run() {} };
const autoscaler = { name: 'hpa', min: 2, max: 9 };
const seen = { isSeen: true };

describe('planWith()', () => {
  it.each([
    ['the first deploy', {}, { isApplied: false }, 1, true, '1 replica'],
    ['a number, first', { replicas: '3' }, { isApplied: false }, 3, true, '3 replicas'],
    ['a number over another', { replicas: '3' }, { replicas: 5, isApplied: true }, 3, true, '3 replicas'],
    [
      'no number over an applied one',
      {},
      { replicas: 5, isApplied: true },
      5,
      true,
      '5 replicas (as many as there are)',
    ],
    [
      'no number over a scaled one',
      {},
      { replicas: 7, isApplied: false },
      7,
      false,
      '7 replicas (as many as there are)',
    ],
    ['no number over none', {}, { replicas: 0, isApplied: false }, 0, false, '0 replicas (as many as there are)'],
    [
      'an autoscaler over what it set',
      { replicas: '3' },
      { replicas: 6, isApplied: false, autoscaler },
      6,
      false,
      '6 replicas (decided by the autoscaler hpa, 2 to 9)',
    ],
    [
      'an autoscaler that has not acted yet',
      {},
      { replicas: 4, isApplied: true, autoscaler },
      4,
      true,
      '4 replicas (decided by the autoscaler hpa, 2 to 9)',
    ],
  ])('settles %s', (_case, flags, scaling, replicas, setsReplicas, text) => {
    const plan = planWith(planFrom(app, flags, []), deployedWith({ ...seen, ...scaling }));
    expect({ replicas: plan.replicas, setsReplicas: plan.setsReplicas, text: replicasText(plan) }).toEqual({
      replicas,
      setsReplicas,
      text,
    });
  });
});
