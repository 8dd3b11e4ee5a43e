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

/** Expects that `self verify --output json` said of another release that runs that this is all that differs; how it was made is not judged. */
export function differsInRelease({ status, stdout }: EndedProgram, release: string): void {
  const { result, otherRelease, comparisons } = JSON.parse(stdout) as Verified;
  expect([status, result, otherRelease]).toEqual([1, 'differs', release]);
  const kindsOf = (wanted: string) => [
    ...new Set(comparisons.flatMap((one) => (one.result === wanted ? one.evidence : []))),
  ];
  expect(kindsOf('differs')).toEqual(['annotations', 'claim']);
  expect(kindsOf('not-proven')).toEqual(['stored', 'image', 'runner', 'spec']);
  expect(kindsOf('same')).toEqual(['endpoints']);
}

/** What differs, or is not proven. */
function notSame({ comparisons }: Verified): Verified['comparisons'] {
  return comparisons.filter(({ result }) => result !== 'same');
}
