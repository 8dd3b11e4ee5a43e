import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { relative } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';
import { jestWords, type TestPart } from './parts.ts';

const run = promisify(execFile);
const root = process.cwd();

async function filesOf(part: TestPart, only: readonly string[]): Promise<string[]> {
  const { stdout } = await run(process.execPath, jestWords(part, { only, more: ['--listTests'] }));
  const files = stdout.split('\n').filter((line) => line !== '');
  return files.map((file) => relative(root, file)).toSorted();
}

it.each<[words: string[], unit: string[], cluster: string[], alone: string[]]>([
  [
    ['test/app/run', 'test/e2e/tail', 'test/e2e/outages'],
    ['test/app/run.test.ts'],
    ['test/e2e/tail.cluster.test.ts'],
    ['test/e2e/outages.alone.test.ts'],
  ],
  [['test/e2e/tail'], [], ['test/e2e/tail.cluster.test.ts'], []],
  [['test/app/run', '-t', 'a name'], ['test/app/run.test.ts'], [], []],
])('npm test -- %j leaves each part what is its own', async (words, unit, cluster, alone) => {
  expect(await filesOf('unit', words)).toEqual(unit);
  expect(await filesOf('cluster', words)).toEqual(cluster);
  expect(await filesOf('alone', words)).toEqual(alone);
});

it('npm test has every file in one part', async () => {
  const [unit, cluster, alone] = await Promise.all(
    (['unit', 'cluster', 'alone'] as const).map((part) => filesOf(part, [])),
  );
  const all = globSync('{test,bench}/**/*.test.ts').toSorted();
  expect([...(unit ?? []), ...(cluster ?? []), ...(alone ?? [])].toSorted()).toEqual(all);
  expect(cluster).toEqual(all.filter((file) => file.endsWith('.cluster.test.ts')));
  expect(alone).toEqual(all.filter((file) => file.endsWith('.alone.test.ts')));
});
