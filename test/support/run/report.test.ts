import { describe, expect, it } from '@jest/globals';
import { countedIn, slowestLines } from './report.ts';

const report = (more: object): string =>
  JSON.stringify({
    numPassedTests: 5,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    numRuntimeErrorTestSuites: 0,
    testResults: [{ name: '/checkout/test/a.test.ts', startTime: 1_000, endTime: 3_500 }],
    ...more,
  });

describe('countedIn()', () => {
  it.each<[what: string, more: object, status: number, failed: number]>([
    ['no failure', {}, 0, 0],
    ['failed tests', { numFailedTests: 2 }, 1, 2],
    ['tests that were left out as failures', { numPendingTests: 1, numTodoTests: 1 }, 0, 2],
    ['a file that cannot be loaded as a failure', { numRuntimeErrorTestSuites: 1 }, 1, 1],
    ['a failure without a failed test as one', {}, 1, 1],
  ])('counts %s', (_what, more, status, failed) => {
    expect(countedIn(report(more), { status, root: '/checkout' })).toEqual({
      passed: 5,
      failed,
      files: [{ path: 'test/a.test.ts', seconds: 2.5 }],
    });
  });
});

it('slowestLines() names the slowest files, the slowest first', () => {
  const files = Array.from({ length: 12 }, (_, at) => ({ path: `${at}.test.ts`, seconds: at * 10 }));
  const lines = slowestLines(files, 10);
  expect(lines).toHaveLength(10);
  expect([lines[0], lines[9]]).toEqual(['  110.0 s  11.test.ts', '   20.0 s  2.test.ts']);
});
