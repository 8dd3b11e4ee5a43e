import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { makeTemporaryFolder, temporaryFile } from '../../../src/executable/format/leftovers.ts';
import { leftBy } from '../../support/executable/left-by.ts';
import { scratchFolder } from '../../support/executable/scratch.ts';

const dead = spawnSync('true').pid;

describe('what processes left that were killed', () => {
  it('is removed, also that of one of the same id, as containers have; what living ones use stays', async () => {
    await using folder = await scratchFolder();
    const left = await Promise.all(
      [dead, process.pid, process.ppid].map(async (pid) => leftBy({ pid }, folder.path, '.file.')),
    );
    const own = await temporaryFile(folder.path, '.file.');
    for (const path of [...left, own]) await writeFile(path, 'half');
    await temporaryFile(folder.path, '.file.');
    expect((await readdir(folder.path)).toSorted()).toEqual(
      [left[2] ?? '', own].map((path) => basename(path)).toSorted(),
    );
  });

  it.each([
    ['on another machine', { host: '01234567' }],
    ['in a container with the same host name', { namespace: '1' }],
    ['in a container with the same host name and id', { namespace: '1', pid: process.pid }],
  ])('is removed only once it is old where they ran %s', async (_, place) => {
    await using folder = await scratchFolder();
    const left = await leftBy({ pid: dead, ...place }, folder.path, '.file.');
    const leaveFor = async (hours: number): Promise<readonly string[]> => {
      await writeFile(left, 'half');
      const date = new Date(Date.now() - hours * 3_600_000);
      await utimes(left, date, date);
      await temporaryFile(folder.path, '.file.');
      return readdir(folder.path);
    };
    expect(await leaveFor(23)).toEqual([basename(left)]);
    expect(await leaveFor(25)).toEqual([]);
  });

  it('is not what a living one makes that has the same host name and id in another pid namespace', async () => {
    await using folder = await scratchFolder();
    const module = join(import.meta.dirname, '../../../src/executable/format/leftovers.ts');
    const code = `
      import { makeTemporaryFolder } from '${module}';
      console.log(await makeTemporaryFolder('.', '.file.'));
      process.stdin.resume();`;
    const words = ['--map-root-user', '--pid', '--fork', '--kill-child', '--mount-proc', process.execPath];
    const made: string[] = [];
    const living = [];
    for (const _ of ['one', 'other']) {
      const child = spawn('unshare', [...words, '--input-type=module', '--eval', code], {
        cwd: folder.path,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      made.push(String(line).trim());
      living.push(child);
    }
    const own = await makeTemporaryFolder(folder.path, '.file.');
    const left = await readdir(folder.path);
    for (const child of living) {
      child.stdin.end();
      await once(child, 'exit');
    }
    // Each saw itself as process 1.
    expect(made).toEqual(made.map(() => expect.stringMatching(/-1-\w{6}$/)));
    expect(left.toSorted()).toEqual([...made, basename(own)].toSorted());
  });
});
