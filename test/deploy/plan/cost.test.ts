import { describe, expect, it } from '@jest/globals';
import { costOf, costOfPlan, costText, moneyText } from '../../../src/deploy/plan/cost.ts';
import { planFrom } from '../../../src/deploy/plan/plan.ts';
import { defaultPrices, parsePrices } from '../../../src/deploy/plan/prices.ts';
import { planWith } from '../../../src/deploy/plan/replicas.ts';
import { deployedWith } from '../../support/deploy/literals.ts';

describe('costOf()', () => {
  it('is replicas times requests, for an hour and for 730', () => {
    const { perHour, perMonth } = costOf({ replicas: 5, cpuRequest: '100m', memoryRequest: '64Mi' }, defaultPrices);
    expect(perHour).toBeCloseTo(5 * (0.1 * 0.031611 + 0.0625 * 0.004237), 12);
    expect(moneyText(perMonth, 'USD')).toBe('$12.50');
  });

  it('is nothing where nothing is asked for', () => {
    expect(costOf({ replicas: 0, cpuRequest: '1', memoryRequest: '1Gi' }, defaultPrices)).toEqual({
      perHour: 0,
      perMonth: 0,
    });
  });
});

describe('costOfPlan()', () => {
  const prices = { currency: 'EUR', cpuHour: 0.1, memoryGibHour: 0, source: 'our contract' };
  const app = { name: 'hello', async run() {} };
  const there = (replicas: number, cpu: string) => ({ replicas, requests: { cpu, memory: '1Gi' }, isApplied: true });
  const autoscaler = { name: 'hpa', min: 2, max: 9 };

  it.each([
    ['a first deploy', { replicas: '5' }, {}, 'Costs about €36.50 a month (€0.0500 an hour: 5 × 100m CPU'],
    ['more replicas', { replicas: '5' }, there(3, '100m'), 'Costs about €36.50 a month, €14.60 more than now ('],
    ['fewer replicas', { replicas: '1' }, there(3, '100m'), 'Costs about €7.30 a month, €14.60 less than now ('],
    ['larger ones', { 'cpu-request': '1' }, there(3, '100m'), 'Costs about €219.00 a month, €197.10 more than now ('],
    ['the same', {}, there(3, '100m'), 'Costs about €21.90 a month, the same as now ('],
    ['none that run', { replicas: '1' }, there(0, '100m'), 'Costs about €7.30 a month, €7.30 more than now ('],
    [
      'one without requests',
      {},
      { ...there(1, '1'), requests: {} },
      'Costs about €7.30 a month, €7.30 more than now (',
    ],
    [
      'what an autoscaler decides',
      { 'cpu-request': '200m' },
      { ...there(4, '100m'), autoscaler },
      'Costs about €29.20 to €131.40 a month, by the autoscaler; €58.40 a month, €29.20 more than now (€0.0800 an hour: 4 × 200m CPU',
    ],
  ])('tells what %s will cost', (_case, flags, scaling, text) => {
    const plan = planWith(planFrom(app, flags, []), deployedWith({ isSeen: true, isApplied: false, ...scaling }));
    expect(costText(costOfPlan(plan, prices)).slice(0, text.length)).toBe(text);
  });

  it('has all figures, and of what is not there none', () => {
    const first = costOfPlan(planWith(planFrom(app, {}, []), deployedWith({ isSeen: true, isApplied: false })), prices);
    expect(Object.keys(first)).toEqual(['prices', 'planned']);
    const plan = planWith(
      planFrom(app, { replicas: '2' }, []),
      deployedWith({ isSeen: true, ...there(4, '100m'), autoscaler }),
    );
    expect(costOfPlan(plan, prices)).toMatchObject({
      planned: { replicas: 4 },
      least: { replicas: 2 },
      most: { replicas: 9 },
      now: { replicas: 4, memoryRequest: '1Gi' },
      difference: { perHour: 0 },
    });
  });
});

describe('moneyText()', () => {
  it.each([
    [12.5, '$12.50'],
    [-12.5, '-$12.50'],
    [0, '$0.00'],
    [0.0171, '$0.0171'],
    [1234.5, '$1,234.50'],
  ])('writes %p as %s', (amount, text) => {
    expect(moneyText(amount, 'USD')).toBe(text);
  });
});

describe('parsePrices()', () => {
  it('reads YAML, and JSON with it', () => {
    const prices = { currency: 'EUR', cpuHour: 0.02, memoryGibHour: 0.003, source: 'our contract' };
    expect(parsePrices(JSON.stringify(prices), 'prices.json')).toEqual(prices);
    expect(parsePrices('cpuHour: 0.02\nmemoryGibHour: 0\n', 'prices.yaml')).toEqual({
      currency: 'USD',
      cpuHour: 0.02,
      memoryGibHour: 0,
      source: 'prices.yaml',
    });
  });

  it.each([
    ['{', 'it is no YAML'],
    ['[]', 'it holds no prices'],
    ['~', 'it holds no prices'],
    ['cpuHour: 1', '"memoryGibHour" is missing'],
    ['cpuHour: -1\nmemoryGibHour: 1', '"cpuHour" is no price'],
    ['cpuHour: "1"\nmemoryGibHour: 1', '"cpuHour" is no price'],
    ['cpuHour: 1\nmemoryGibHour: 1\ncurrency: euro', '"currency" is no code like EUR'],
    ['cpuHour: 1\nmemoryGibHour: 1\nsource: 7', '"source" is no text'],
  ])('refuses %p', (text, why) => {
    expect(() => parsePrices(text, 'prices.yaml')).toThrow(
      expect.objectContaining({ code: 'bad-usage', message: `Cannot read the prices in prices.yaml: ${why}` }),
    );
  });
});
