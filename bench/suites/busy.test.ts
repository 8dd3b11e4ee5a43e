import { describe, expect, it } from '@jest/globals';
import { loadRows, reasonsText } from './busy.ts';
import { figures } from '../tools/table.ts';
import { type Counts, kinds } from '../../test/support/cluster/load.ts';

const none = Object.fromEntries(kinds.map((kind) => [kind, { sent: 5, slowestMs: 9, failures: [] }]));
const reset = { at: 1, reason: 'ECONNRESET' };
const counts = { ...none, '2 s long': { sent: 7, slowestMs: 2_100, failures: [reset, reset] } } as unknown as Counts;

describe('loadRows()', () => {
  it('has what was sent, failed and slowest of every kind, and holds only if nothing failed', () => {
    const failed = loadRows('drained', counts).filter(({ what }) => what === 'failed');
    expect(failed.map((row) => [row.of, figures(row).median, figures(row).holds])).toEqual([
      ...kinds.slice(0, -1).map((kind) => [`drained: ${kind}`, 0, true]),
      ['drained: 2 s long', 2, false],
    ]);
    expect(loadRows('drained', counts).map(({ samples }) => samples[0])).toEqual(expect.arrayContaining([7, 2_100]));
  });

  it('has no goal where requests fail by nature', () => {
    expect(loadRows('killed', counts, { mayFail: true }).filter(({ goal }) => goal !== undefined)).toEqual([]);
  });
});

it('reasonsText() counts each reason', () => {
  expect(reasonsText('drained', counts)).toEqual(['drained: 2 × 2 s long: ECONNRESET']);
});
