import type { Deployed, Scaling } from '../../../src/platforms/deployed.ts';

/** What is there under a name, as a platform reads it: nothing, unless said otherwise. */
export function deployedWith(scaling: Partial<Scaling> = {}, changes: Partial<Deployed> = {}): Deployed {
  return {
    isThere: scaling.replicas !== undefined,
    versions: {},
    scaling: { isApplied: false, isSeen: true, ...scaling },
    linkPlaces: [],
    ...changes,
  };
}
