import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from '@jest/globals';
import { besideOutput } from '../../src/toolchain/output.ts';
import { leftBy } from '../support/executable/left-by.ts';
import { scratchFolder } from '../support/executable/scratch.ts';
import { asAnotherUser } from '../support/programs/another-user.ts';

it('besideOutput() removes what builds left that were killed, and nothing of one that goes on', async () => {
  await using folder = await scratchFolder();
  const left = await leftBy({ pid: spawnSync('true').pid }, folder.path, '.selfsame-');
  await mkdir(left);
  const others = async (own: string): Promise<string[]> =>
    (await readdir(folder.path)).filter((name) => join(folder.path, name) !== own);
  const seen = await Promise.all(
    ['one', 'other'].map(async (name) =>
      besideOutput(join(folder.path, name), async (own) => {
        await setImmediate();
        await writeFile(join(own, 'part'), '');
        return others(own);
      }),
    ),
  );
  expect(seen.flat()).not.toContain(basename(left));
  expect(await readdir(folder.path)).toEqual([]);
});

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
