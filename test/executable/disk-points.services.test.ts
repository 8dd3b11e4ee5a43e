import { describe, expect, it } from '@jest/globals';
import { sweepDisk } from '../support/points/disk/sweep.ts';
import { summaryOf } from '../support/points/sample.ts';

/** Between any two calls that change a file: a tenth of what `npm run bench -- faults` tries. */
describe('a command that is killed or refused at any call that changes something on its disk', () => {
  it('leaves nothing that is taken for whole, and finishes the job when it is given again', async () => {
    const swept = await sweepDisk({ share: 0.1, concurrency: 2 });
    process.stdout.write(`${summaryOf(swept)}\n`);
    expect(swept.wholes.filter(({ points }) => points.length === 0)).toEqual([]);
    expect(swept.tried.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
    expect(swept.tried.length).toBeGreaterThanOrEqual(28);
  }, 300_000);
});
