import { spawnSync } from 'node:child_process';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { makeFolders } from '../../../src/executable/format/make-folders.ts';
import { scratchFolder } from '../../support/executable/scratch.ts';

describe('makeFolders()', () => {
  it('makes what is missing, and tells the first of them', async () => {
    await using folder = await scratchFolder();
    const path = (name: string): string => join(folder.path, name);
    await expect(makeFolders(path('a/b/c'), 0o700)).resolves.toBe(path('a'));
    await expect(makeFolders(path('a/b/d'))).resolves.toBe(path('a/b/d'));
    await expect(makeFolders(path('a/b'))).resolves.toBeUndefined();
    expect((await stat(path('a/b'))).mode & 0o777).toBe(0o700);
  });

  it('throws where a file is in the way', async () => {
    await using folder = await scratchFolder();
    await writeFile(join(folder.path, 'file'), '');
    await mkdir(join(folder.path, 'folder'));
    await expect(makeFolders(join(folder.path, 'file'))).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(makeFolders(join(folder.path, 'file/below'))).rejects.toMatchObject({ code: 'ENOTDIR' });
  });

  it('throws what the system says where no folder can be made', async () => {
    await expect(makeFolders('/proc/x/out')).rejects.toMatchObject({ code: 'ENOENT', syscall: 'mkdir' });
  });

  it('says that a file system is read-only, and not that a folder is missing', async () => {
    await using folder = await scratchFolder();
    const code = `
      import { makeFolders } from '${join(import.meta.dirname, '../../../src/executable/format/make-folders.ts')}';
      await makeFolders(process.argv[1] + '/a/b').catch(({ code }) => console.log(code));`;
    const script = 'mount -t tmpfs -o ro none "$1" && exec "$2" --input-type=module --eval "$3" "$1"';
    const words = ['--map-root-user', '--mount', 'sh', '-c', script, 'sh', folder.path, process.execPath, code];
    expect(spawnSync('unshare', words, { encoding: 'utf8' }).stdout).toBe('EROFS\n');
  });
});
