import { spawnSync } from 'node:child_process';
import { chmod, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { replaceFile, systemReason, writeAll } from '../../../src/executable/format/atomic-write.ts';
import { leftBy } from '../../support/executable/left-by.ts';
import { scratchFolder } from '../../support/executable/scratch.ts';
import { asAnotherUser } from '../../support/programs/another-user.ts';

const write = async (path: string, options: { followsLink?: boolean } = {}): Promise<void> =>
  replaceFile(path, async (file) => writeAll(file, Buffer.from('new')), { mode: 0o755, ...options });

/** A folder where everybody may write, with a file of this user and one link to it. */
async function sharedFolder(link: readonly string[]) {
  const folder = await scratchFolder();
  const [own, shared] = [join(folder.path, 'own'), join(folder.path, 'shared')];
  await Promise.all([mkdir(own), mkdir(shared)]);
  await Promise.all([folder.path, shared].map((path) => chmod(path, 0o1777)));
  await writeFile(join(own, 'file'), 'old');
  const [command = '', ...words] = link;
  expect(spawnSync(command, words, { cwd: shared }).status).toBe(0);
  return { ...folder, own, shared };
}

describe('replaceFile()', () => {
  it('leaves to a file what the umask leaves', async () => {
    await using folder = await scratchFolder();
    const before = process.umask(0o077);
    try {
      await write(join(folder.path, 'file'));
    } finally {
      process.umask(before);
    }
    expect((await stat(join(folder.path, 'file'))).mode & 0o777).toBe(0o700);
  });

  it('replaces a link where nobody has reason to make one, and what it points to where somebody has', async () => {
    await using folder = await scratchFolder();
    const path = (name: string): string => join(folder.path, name);
    for (const name of ['entry', 'output']) {
      await writeFile(path(`of-${name}`), 'old');
      await symlink(`of-${name}`, path(name));
    }
    await write(path('entry'));
    await write(path('output'), { followsLink: true });
    expect((await lstat(path('entry'))).isFile()).toBe(true);
    expect((await lstat(path('output'))).isSymbolicLink()).toBe(true);
    expect(await readFile(path('of-entry'), 'utf8')).toBe('old');
    expect(await readFile(path('of-output'), 'utf8')).toBe('new');
  });

  // Whoever is not root can make no links of another user: that is one of its own then, and is followed.
  const isForeign = process.getuid?.() === 0;
  it.each([
    ['the file', ['ln', '-s', '../own/file', 'link'], 'link'],
    ['its folder', ['ln', '-s', '../own', 'link'], 'link/file'],
    ['a link to it', ['sh', '-c', 'ln -s ../own/file next; ln -s next link'], 'link'],
  ])('does not follow a link to %s that another user made where others may write', async (_, link, output) => {
    await using folder = await sharedFolder([...asAnotherUser(), ...link]);
    const writing = write(join(folder.shared, output), { followsLink: true });
    if (isForeign) await expect(writing).rejects.toMatchObject({ code: 'EPLANTED' });
    else await writing;
    expect(await readFile(join(folder.own, 'file'), 'utf8')).toBe(isForeign ? 'old' : 'new');
    expect(await readdir(folder.own)).toEqual(['file']);
  });

  it('removes what a writer left that was killed, and nothing of one that goes on', async () => {
    await using folder = await scratchFolder();
    await writeFile(await leftBy({ pid: spawnSync('true').pid }, folder.path, '.file.'), 'half');
    await replaceFile(
      join(folder.path, 'file'),
      async (file) => {
        await writeAll(file, Buffer.from('new'));
        await write(join(folder.path, 'file'));
      },
      { mode: 0o644 },
    );
    expect(await readdir(folder.path)).toEqual(['file']);
  });

  it('follows links of this user there', async () => {
    await using folder = await sharedFolder(['ln', '-s', '../own', 'link']);
    await write(join(folder.shared, 'link/file'), { followsLink: true });
    expect(await readFile(join(folder.own, 'file'), 'utf8')).toBe('new');
  });

  it('says of links in a circle what the system says', async () => {
    await using folder = await scratchFolder();
    await symlink('circle', join(folder.path, 'circle'));
    await expect(write(join(folder.path, 'circle'), { followsLink: true })).rejects.toMatchObject({ code: 'ELOOP' });
  });
});

it('systemReason() has words for a quota, for which Node.js has no name', () => {
  const error = Object.assign(new Error('UNKNOWN: unknown error, write'), { code: 'UNKNOWN', syscall: 'write' });
  expect(systemReason(Object.assign(error, { errno: -constants.errno.EDQUOT }))).toBe('the disk quota is used up');
  expect(systemReason(Object.assign(error, { errno: -9999 }))).toBe('UNKNOWN');
});
