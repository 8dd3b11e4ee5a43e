import { afterAll, it } from '@jest/globals';
import * as fc from 'fast-check';
import { fuzzSeed } from './seed.ts';

/** How many times as many executions as a run of the tests has. */
export const fuzzTimes = Number(process.env['SELFSAME_FUZZ_TIMES'] ?? 1);

const counts = new Map<string, number>();
let isCounting = false;

/** A test that something holds for whatever is generated: `runs` executions, or many times as many. */
export function itHolds<T>(
  claim: string,
  arbitrary: fc.Arbitrary<T>,
  { runs, check }: { readonly runs: number; readonly check: (value: T) => Promise<void> | void },
): void {
  if (!isCounting) afterAll(() => void process.stdout.write([...counts].map(lineOf).join('')));
  isCounting = true;
  it(
    claim,
    async () => {
      const property = fc.asyncProperty(arbitrary, async (value) => {
        counts.set(claim, (counts.get(claim) ?? 0) + 1);
        await check(value);
      });
      await fc.assert(property, { seed: fuzzSeed, numRuns: runs * fuzzTimes });
    },
    60_000 * fuzzTimes,
  );
}

function lineOf([claim, count]: [string, number]): string {
  return `${claim}: ${count} executions with seed ${fuzzSeed}\n`;
}
