import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { faultExecutables } from '../support/faults/executables.ts';
import { outage } from '../support/faults/outages.ts';
import { type FaultPlace, faultPlace } from '../support/faults/place.ts';
import { wrongIn } from '../support/faults/try.ts';

/** A fault of the cluster, the same as of `npm run bench -- faults`, which also kills etcd and the kubelet. */
describe('a deploy', () => {
  let place: FaultPlace;

  beforeAll(async () => {
    place = await faultPlace(await faultExecutables());
  }, 300_000);
  afterAll(async () => place?.close(), 60_000);

  it('survives an API server that is killed in any of its stages, or is refused, and the same command finishes it', async () => {
    const tried = await outage('kube-apiserver', place);
    expect(wrongIn(tried)).toEqual([]);
    expect(tried).toHaveLength(7);
  }, 600_000);
});
