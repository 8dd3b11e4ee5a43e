import { expect } from '@jest/globals';
import type { Verified } from '../../../src/deploy/verify.ts';
import type { EndedProgram } from '../programs/program.ts';

/**
 * What `self verify --output json` said, where all is proven but the image: one without a digest never is.
 *
 * @returns it, with pods that claim what they should.
 */
export function provenButImage(ended: EndedProgram): Verified {
  const verified = JSON.parse(ended.stdout) as Verified;
  expect(notSame(verified).map(({ evidence, result }) => `${evidence} ${result}`)).toEqual(
    verified.pods.map(() => 'image not-proven'),
  );
  expect(ended.status).toBe(8);
  for (const { wanted, claim } of verified.pods) {
    if (claim !== null) expect(claim).toEqual({ version: wanted, runner: wanted });
  }
  return verified;
}

/** What differs, or is not proven. */
function notSame({ comparisons }: Verified): Verified['comparisons'] {
  return comparisons.filter(({ result }) => result !== 'same');
}
