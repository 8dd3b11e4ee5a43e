import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, rmdir, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
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
