import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { rebuild } from '../../src/executable/rebuild.ts';
import { runtimes } from '../../src/executable/runtimes/runtimes-table.ts';
import { openExecutable } from '../../src/executable/self.ts';
import { digestOfFile } from '../../src/shared/digest.ts';
import { fixtureForFile, elsewhere, here, needCommand, runFixture } from '../support/programs/executable-fixture.ts';
import { flippedCopy, rebuildTo } from '../support/executable/rebuilds.ts';

const { fixture, folder } = fixtureForFile();
beforeAll(() => needCommand('unshare', 'util-linux'));

describe('rebuild() refuses', () => {
  it('a file of its own with one flipped bit in the prefix, and writes nothing', async () => {
    const damaged = await flippedCopy(fixture().path, join(folder(), 'damaged'), 60_000_000);
    expect(await runFixture(damaged, ['rebuild', here, join(folder(), 'out')])).toMatchObject({
      status: 3,
      answer: {
        code: 'executable-damaged',
        message: `Cannot rebuild "${damaged}": its bytes are not those it was built with`,
      },
    });
    expect(await readdir(folder())).toEqual(['damaged']);
  });

  it('a file of its own with one flipped bit in the tail before the blob', async () => {
    const damaged = await flippedCopy(
      fixture().path,
      join(folder(), 'damaged'),
      runtimes[here].prefix.sizeBytes + 8 * 56 + 24,
    );
    const from = await openExecutable(damaged);
    const refused = rebuild(here, { from, output: join(folder(), 'out') });
    await expect(refused).rejects.toMatchObject({ code: 'executable-damaged' });
    expect(await readdir(folder())).toEqual(['damaged']);
  });

  it('to write over the program that is running', async () => {
    const copy = join(folder(), 'copy');
    await copyFile(fixture().path, copy);
    await symlink('copy', join(folder(), 'link'));
    for (const output of [copy, join(folder(), 'link')]) {
      expect((await runFixture(copy, ['rebuild', elsewhere, output])).answer).toMatchObject({
        code: 'bad-output',
        message: `Cannot write "${output}": it is the file that is running or read from`,
        hint: 'Pass -o with another file.',
      });
    }
    expect(await digestOfFile(copy)).toBe(fixture().version);
  });

  it('to write over the file it reads from', async () => {
    const copy = join(folder(), 'copy');
    await copyFile(fixture().path, copy);
    const { answer } = await runFixture(fixture().path, ['rebuild', elsewhere, copy, copy]);
    expect(answer).toMatchObject({ code: 'bad-output' });
    expect(await digestOfFile(copy)).toBe(fixture().version);
  });

  it.each([
    ['a folder', 'sub', 'bad-output', 'it is a folder'],
    ['a device', '/dev/full', 'bad-output', 'it is no ordinary file'],
    ['a file below a file', 'file/out', 'output-refused', 'a part of its path is a file'],
    ['a file in no folder', 'none/out', 'output-refused', 'there is no such folder'],
    ['a name that is too long', 'x'.repeat(300), 'output-refused', 'its name is too long'],
  ])('to write to %s', async (_, name, code, reason) => {
    await mkdir(join(folder(), 'sub'));
    await writeFile(join(folder(), 'file'), 'kept');
    const output = name.startsWith('/') ? name : join(folder(), name);
    await expect(rebuildTo(fixture(), output)).rejects.toMatchObject({
      code,
      message: `Cannot write "${output}": ${reason}`,
    });
    expect((await readdir(folder())).sort()).toEqual(['file', 'sub']);
    expect(await readdir(join(folder(), 'sub'))).toEqual([]);
    expect(await readFile(join(folder(), 'file'), 'utf8')).toBe('kept');
  });

  it.each([
    ['a full disk', 'size=50m', 'the disk is full'],
    ['a read-only file system', 'ro', 'the file system is read-only'],
  ])('to write to %s, and leaves nothing there', (_, mountOptions, reason) => {
    const output = join(folder(), 'out');
    const script = `mount -t tmpfs -o ${mountOptions} none "$1" && "$2" rebuild "$3" "$4"; ls -A "$1"`;
    const args = [
      '--user',
      '--map-root-user',
      '--mount',
      'sh',
      '-c',
      script,
      'sh',
      folder(),
      fixture().path,
      here,
      output,
    ];
    const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' });
    expect(stderr).toBe('');
    // One line: nothing is listed.
    expect(JSON.parse(stdout)).toMatchObject({
      code: 'output-refused',
      message: `Cannot write "${output}": ${reason}`,
    });
  });

  it('to go on once it is told to stop, and leaves nothing', async () => {
    const stop = new AbortController();
    const watcher = watch(folder(), () => stop.abort());
    const from = await openExecutable(fixture().path);
    const rebuilding = rebuild(here, { from, output: join(folder(), 'out'), signal: stop.signal });
    await expect(rebuilding).rejects.toMatchObject({ name: 'AbortError' });
    watcher.close();
    expect(await readdir(folder())).toEqual([]);
  });
});
