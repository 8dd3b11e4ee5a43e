import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type PointsPlace, playedPointsPlace } from '../support/points/place.ts';
import { summaryOf, sweep } from '../support/points/sample.ts';

/** Between any two calls that change something: a part of what `npm run bench -- faults` tries on a real cluster. */
describe('a command that is killed, refused, cut off or lied to at a call that changes something', () => {
  let place: PointsPlace;

  beforeAll(async () => {
    place = await playedPointsPlace();
  }, 300_000);
  afterAll(async () => place?.close(), 60_000);

  it('leaves nothing broken, and finishes the job when it is given again', async () => {
    const swept = await sweep(place, { share: 0.1, concurrency: 4 });
    process.stderr.write(`${summaryOf(swept)}\n`);
    expect(swept.wholes.filter(({ points }) => points.length === 0)).toEqual([]);
    expect(swept.tried.filter(({ wrong }) => wrong.length > 0)).toEqual([]);
    expect(swept.tried.length).toBeGreaterThanOrEqual(80);
  }, 900_000);
});
