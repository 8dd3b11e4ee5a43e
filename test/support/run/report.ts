import { relative } from 'node:path';

/** What jest counted. */
export interface Counted {
  readonly passed: number;
  readonly failed: number;
  readonly files: readonly TestFile[];
}

interface TestFile {
  /** From the root. */
  readonly path: string;
  readonly seconds: number;
}

/** Of jest's report, as `--json` writes it. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly numRuntimeErrorTestSuites: number;
  readonly testResults: readonly { readonly name: string; readonly startTime: number; readonly endTime: number }[];
}

/**
 * Reads jest's report.
 *
 * @param status how jest ended.
 */
export function countedIn(report: string, { status, root }: { status: number | null; root: string }): Counted {
  const counted = JSON.parse(report) as JestReport;
  // A test that was left out proves nothing, and a file that could not be loaded hides all of its tests.
  const missed = counted.numPendingTests + counted.numTodoTests + counted.numRuntimeErrorTestSuites;
  const seen = counted.numFailedTests + missed;
  return {
    passed: counted.numPassedTests,
    failed: status !== 0 && seen === 0 ? 1 : seen,
    files: counted.testResults.map(({ name, startTime, endTime }) => ({
      path: relative(root, name),
      seconds: (endTime - startTime) / 1000,
    })),
  };
}

/** The slowest test files, a line each: seconds and path. */
export function slowestLines(files: readonly TestFile[], count: number): string[] {
  const slowest = files.toSorted((one, other) => other.seconds - one.seconds).slice(0, count);
  return slowest.map(({ path, seconds }) => `${seconds.toFixed(1).padStart(7)} s  ${path}`);
}
