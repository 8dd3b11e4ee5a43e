import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it, jest } from '@jest/globals';
import { makeReplicaFolder } from '../../../src/platforms/local/replica-folder.ts';
import { leftBy } from '../../support/executable/left-by.ts';

it('makeReplicaFolder() removes what an earlier run left that was killed, and nothing of one that goes on', async () => {
  const name = `folder-test-${process.pid}`;
  const folderOf = async (pid: number): Promise<string> => leftBy({ pid }, tmpdir(), `selfsame-${name}-`);
  const [left, used] = [await folderOf(spawnSync('true').pid), await folderOf(process.ppid)];
  await Promise.all([left, used].map(async (folder) => mkdir(folder)));
  await writeFile(join(left, 'query'), 'sig=secret');
  const made = await makeReplicaFolder(name);
  expect([left, used].map((folder) => existsSync(folder))).toEqual([false, true]);
  expect((await stat(made)).mode & 0o777).toBe(0o700);
  await Promise.all([used, made].map(async (folder) => rmdir(folder)));
});

it('makeReplicaFolder() keeps the folder young while replicas run', async () => {
  jest.useFakeTimers({ doNotFake: ['Date', 'setImmediate', 'setTimeout', 'nextTick', 'queueMicrotask'] });
  try {
    const made = await makeReplicaFolder(`folder-test-${process.pid}`);
    await utimes(made, new Date(0), new Date(0));
    jest.advanceTimersByTime(3_600_000);
    while ((await stat(made)).mtimeMs === 0) await wait(10);
    expect(Date.now() - (await stat(made)).mtimeMs).toBeLessThan(60_000);
    await rmdir(made);
  } finally {
    jest.useRealTimers();
  }
});
