import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { clocks } from '../support/faults/clocks.ts';
import { edited } from '../support/faults/edits.ts';
import { faultExecutables } from '../support/faults/executables.ts';
import { outage } from '../support/faults/outages.ts';
import { type FaultPlace, faultPlace } from '../support/faults/place.ts';
import { rivals } from '../support/faults/rivals.ts';
import type { Tried } from '../support/faults/try.ts';

/** Faults on a real cluster, the same as of `npm run bench -- faults`, which also tries etcd, the kubelet and Azure. */
describe('a deploy', () => {
  let place: FaultPlace;

  beforeAll(async () => {
    place = await faultPlace(await faultExecutables());
  }, 300_000);
  afterAll(async () => place?.close(), 60_000);

  const wrongIn = (tried: readonly Tried[]): string[] =>
    tried.flatMap(({ what, wrong }) => wrong.map((each) => `${what}: ${each}`));

  it('survives an API server that is killed in any of its stages, or is refused, and the same command finishes it', async () => {
    const tried = await outage('kube-apiserver', place);
    expect(wrongIn(tried)).toEqual([]);
    expect(tried).toHaveLength(7);
  }, 600_000);

  it('of another version at once wins if it is the last; the other one says so, and leaves it alone: exit status 7', async () => {
    expect(wrongIn(await rivals(place))).toEqual([]);
  }, 300_000);

  it('says what someone else changed meanwhile', async () => {
    expect(wrongIn(await edited(place))).toEqual([]);
  }, 300_000);

  it('says that the clock is wrong where that is the cause', async () => {
    expect(wrongIn(await clocks(place))).toEqual([]);
  }, 300_000);
});
