import { describe, expect, it } from '@jest/globals';
import { timingTable } from '../../../src/cli/terminal/timing-table.ts';

const stages = [
  { name: 'start', ms: 400 },
  { name: 'upload', ms: 1_250 },
  { name: 'ready', ms: 60_000 },
] as const;

/** As words, without the padding. */
const wordsOf = (lines: readonly string[]) => lines.map((line) => line.trim().split(/ {2,}/));

describe('timingTable()', () => {
  it('shows the stages in one row and each pod in one', () => {
    const times = { createdMs: 20, scheduledMs: 0, imageMs: 1_500, fetchMs: 412, verifyMs: 633, bootMs: 300 };
    const pods = [{ name: 'a', node: 'n', ...times, readyMs: 2_900, fetchedBytes: 3_400_000 }];
    expect(wordsOf(timingTable({ stages, pods }))).toEqual([
      ['START', 'UPLOAD', 'READY', 'TOTAL'],
      ['400ms', '1.2s', '1m', '1m 1.6s'],
      ['POD', 'NODE', 'CREATED', 'SCHEDULED', 'IMAGE', 'FETCH', 'VERIFY', 'BOOT', 'READY', 'FETCHED'],
      ['a', 'n', '20ms', '0ms', '1.5s', '412ms', '633ms', '300ms', '2.9s', '3.4 MB'],
    ]);
  });

  it('leaves out columns that nobody could fill, and marks what one pod could not', () => {
    const pods = [
      { name: 'a', createdMs: 1 },
      { name: 'b', createdMs: 2, readyMs: 3 },
    ];
    expect(wordsOf(timingTable({ stages: [], pods })).slice(2)).toEqual([
      ['POD', 'CREATED', 'READY'],
      ['a', '1ms', '-'],
      ['b', '2ms', '3ms'],
    ]);
  });

  it('shows no more than ten pods', () => {
    const pods = Array.from({ length: 12 }, (_, index) => ({ name: `pod-${index}`, createdMs: 1 }));
    const lines = timingTable({ stages, pods });
    expect(lines).toHaveLength(2 + 1 + 10 + 1);
    expect(lines.at(-1)).toBe('and 2 more, none slower');
  });

  it('has no rows where no pod was started', () => {
    expect(timingTable({ stages, pods: [] })).toHaveLength(2);
  });
});
