import { join } from 'node:path';

/**
 * The tests that need a cluster, those of them that nothing else may run beside (they kill parts of it, or count requests under
 * load), and all others.
 */
export type TestPart = 'unit' | 'cluster' | 'alone';

/** Jest joins patterns of files by "or", so each part leaves out what is the other's. */
const leftOut: Readonly<Record<TestPart, string>> = {
  unit: String.raw`\.(cluster|alone)\.test\.ts$`,
  cluster: String.raw`(?<!\.cluster)\.test\.ts$`,
  alone: String.raw`(?<!\.alone)\.test\.ts$`,
};

/**
 * The words behind `node` that start jest on a part of the tests.
 *
 * @param only the user's words. They come first: behind an option that takes many values they would be some of these.
 */
export function jestWords(
  part: TestPart,
  { only, more }: { only: readonly string[]; more: readonly string[] },
): string[] {
  return [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, '../../../node_modules/jest/bin/jest.js'),
    ...only,
    '--passWithNoTests',
    ...more,
    '--testPathIgnorePatterns',
    leftOut[part],
  ];
}
