import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clocks } from '../support/faults/clocks.ts';
import { edited } from '../support/faults/edits.ts';
import { faultExecutables } from '../support/faults/executables.ts';
import { type FaultPlace, faultPlace } from '../support/faults/place.ts';
import { rivals } from '../support/faults/rivals.ts';
import { wrongIn } from '../support/faults/try.ts';

let place: FaultPlace;

beforeAll(async () => {
  place = await faultPlace(await faultExecutables());
}, 300_000);
afterAll(async () => place?.close(), 60_000);

/** Faults on a real cluster that harm nobody else, the same as of `npm run bench -- faults`. */
describe('a deploy', () => {
  it.concurrent('of another version at once wins if it is the last; the other one says so, and leaves it alone: exit status 7', async () => {
    expect(wrongIn(await rivals(place))).toEqual([]);
  }, 300_000);

  it.concurrent('says what someone else changed meanwhile', async () => {
    expect(wrongIn(await edited(place))).toEqual([]);
  }, 300_000);

  it.concurrent('says that the clock is wrong where that is the cause', async () => {
    expect(wrongIn(await clocks(place))).toEqual([]);
  }, 300_000);
});
