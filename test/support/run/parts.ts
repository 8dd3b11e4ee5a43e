import { join } from 'node:path';

/**
 * The parts of the tests, in the order in which they start. A file says by its name where it belongs: `NAME.PART.test.ts`, or
 * `NAME.test.ts` for a unit test.
 *
 * - unit: needs executables of the example, which are built before, and nothing else.
 * - services: needs a blob server, an emulator or another clock, or builds executables itself.
 * - cluster: needs a cluster.
 * - outage: needs a cluster, and kills its API server.
 * - alone: needs a cluster, and counts requests under load or takes times.
 */
export const testParts = ['unit', 'services', 'cluster', 'outage', 'alone'] as const;

export type TestPart = (typeof testParts)[number];

/** The part of a file, by its name. */
export function partOf(file: string): TestPart {
  return testParts.find((part) => file.endsWith(`.${part}.test.ts`)) ?? 'unit';
}

/** Jest joins patterns of files by "or", so each part leaves out the files of the others. */
function leftOut(part: TestPart): string {
  const suffixes = testParts.filter((name) => name !== 'unit');
  return part === 'unit' ? String.raw`\.(${suffixes.join('|')})\.test\.ts$` : String.raw`(?<!\.${part})\.test\.ts$`;
}

/** The words of the user of `npm test`: `--part=NAME`, once for each part that is wanted, then words for jest. */
export function readWords(words: readonly string[]): { parts: readonly TestPart[]; only: readonly string[] } {
  const wanted = words.filter((word) => word.startsWith('--part=')).map((word) => word.slice('--part='.length));
  const unknown = wanted.find((name) => !testParts.some((part) => part === name));
  if (unknown !== undefined) throw new Error(`There is no part "${unknown}" of the tests, but ${testParts.join(', ')}`);
  return {
    parts: wanted.length === 0 ? testParts : testParts.filter((part) => wanted.includes(part)),
    only: words.filter((word) => !word.startsWith('--part=')),
  };
}

/**
 * The words behind `node` that start jest on a part of the tests, or on all of them.
 *
 * @param only the user's words. They come first: behind an option that takes many values they would be some of these.
 */
export function jestWords(
  part: TestPart | undefined,
  { only, more }: { only: readonly string[]; more: readonly string[] },
): string[] {
  return [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(import.meta.dirname, '../../../node_modules/jest/bin/jest.js'),
    ...only,
    '--passWithNoTests',
    ...more,
    ...(part === undefined ? [] : ['--testPathIgnorePatterns', leftOut(part)]),
  ];
}
