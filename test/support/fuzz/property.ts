import { afterAll, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { fuzzSeed } from './seed.ts';
import { countGrowth, mostGrowthMebibytes } from '../programs/peak-memory.ts';

/** How many times as many executions as a run of the tests has. */
export const fuzzTimes = Number(process.env['SELFSAME_FUZZ_TIMES'] ?? 1);

/** A test that something holds for whatever is generated, in little memory: `runs` executions, or many times as many. */
export function itHolds<T>(
  claim: string,
  arbitrary: fc.Arbitrary<T>,
  { runs, check }: { readonly runs: number; readonly check: (value: T) => Promise<void> | void },
): void {
  const counts = countExecutions(claim);
  it(
    claim,
    async () => {
      const growth = countGrowth();
      const property = fc.asyncProperty(arbitrary, async (value) => {
        counts.executions += 1;
        await check(value);
      });
      await fc.assert(property, { seed: fuzzSeed, numRuns: runs * fuzzTimes });
      counts.growthMebibytes = growth();
      expect(counts.growthMebibytes).toBeLessThan(mostGrowthMebibytes);
    },
    60_000 * fuzzTimes,
  );
}

/** What is counted of the executions of a claim. It is printed once the tests of its file are done. */
export function countExecutions(claim: string): { executions: number; growthMebibytes: number } {
  const counts = { executions: 0, growthMebibytes: 0 };
  // On stdout jest writes its report.
  afterAll(() => {
    const { executions, growthMebibytes } = counts;
    const memory = `at most ${Math.round(growthMebibytes)} MiB more`;
    process.stderr.write(`${claim}: ${executions} executions with seed ${fuzzSeed}, ${memory}\n`);
  });
  return counts;
}
