import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { relative } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { jestWords, partOf, readWords, type TestPart, testParts } from './parts.ts';

const run = promisify(execFile);
const root = process.cwd();

async function filesOf(part: TestPart, only: readonly string[]): Promise<string[]> {
  const { stdout } = await run(process.execPath, jestWords(part, { only, more: ['--listTests'] }));
  const files = stdout.split('\n').filter((line) => line !== '');
  return files.map((file) => relative(root, file)).toSorted();
}

it.each<[words: string[], files: Record<TestPart, string[]>]>([
  [
    ['test/app/run', 'test/toolchain/release', 'test/e2e/tail', 'test/e2e/api-server', 'test/e2e/updates'],
    {
      unit: ['test/app/run.test.ts'],
      services: ['test/toolchain/release.services.test.ts'],
      cluster: ['test/e2e/tail.cluster.test.ts'],
      outage: ['test/e2e/api-server.outage.test.ts'],
      alone: ['test/e2e/updates.alone.test.ts'],
    },
  ],
  [['test/e2e/tail'], { unit: [], services: [], cluster: ['test/e2e/tail.cluster.test.ts'], outage: [], alone: [] }],
  [
    ['test/app/run', '-t', 'a name'],
    { unit: ['test/app/run.test.ts'], services: [], cluster: [], outage: [], alone: [] },
  ],
])('npm test -- %j leaves each part what is its own', async (words, files) => {
  for (const part of testParts) expect([part, await filesOf(part, words)]).toEqual([part, files[part]]);
});

it('npm test has every file in one part', async () => {
  const listed = await Promise.all(testParts.map(async (part) => [part, await filesOf(part, [])] as const));
  const all = globSync('{test,bench}/**/*.test.ts').toSorted();
  expect(listed.flatMap(([, files]) => files).toSorted()).toEqual(all);
  for (const [part, files] of listed) expect([...new Set(files.map(partOf))]).toEqual([part]);
  for (const [part, files] of listed.slice(1)) {
    expect(files.length).toBeGreaterThan(0);
    expect(files).toEqual(all.filter((file) => file.endsWith(`.${part}.test.ts`)));
  }
});

it.each<[string[], ReturnType<typeof readWords>]>([
  [[], { parts: testParts, only: [] }],
  [['test/app'], { parts: testParts, only: ['test/app'] }],
  [['--part=alone', '--part=unit', '-t', 'a'], { parts: ['unit', 'alone'], only: ['-t', 'a'] }],
])('readWords(%j) gives the parts in their order, and the rest to jest', (words, read) => {
  expect(readWords(words)).toEqual(read);
});

it('readWords() refuses a part that does not exist', () => {
  expect(() => readWords(['--part=units'])).toThrow(
    'There is no part "units" of the tests, but unit, services, cluster, outage, alone',
  );
});
