import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { besideOutput } from '../../src/toolchain/output.ts';
import { scratchFolder } from '../support/executable/scratch.ts';
import { asAnotherUser } from '../support/programs/another-user.ts';

it('besideOutput() goes into no folder by a link that another user made where others may write', async () => {
  await using folder = await scratchFolder();
  await mkdir(join(folder.path, 'own'));
  await chmod(folder.path, 0o1777);
  expect(spawnSync('env', [...asAnotherUser(), 'ln', '-s', 'own', 'link'], { cwd: folder.path }).status).toBe(0);
  const output = join(folder.path, 'link/more/app');
  const working = besideOutput(output, async () => 'done');
  // Whoever is not root can make no links of another user.
  if (process.getuid?.() !== 0) await expect(working).resolves.toBe('done');
  else {
    const reason = 'another user made its symbolic link, where others may write';
    const message = `Cannot write "${output}": ${reason}`;
    await expect(working).rejects.toMatchObject({ code: 'output-refused', message });
  }
  expect(await readdir(join(folder.path, 'own'))).toEqual([]);
});
