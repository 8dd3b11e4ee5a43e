import { expect, it } from '@jest/globals';
import { tryOut } from '../../src/toolchain/trial.ts';
import { scratchFolder } from '../support/executable/scratch.ts';
import { inProject } from '../support/programs/project.ts';

it('tryOut() leaves no timer behind, which would hold up the end of a build', async () => {
  await using hidden = await scratchFolder();
  const options = { path: '/bin/false', hidden: hidden.path, serves: true, timeoutMs: 60_000 };
  const program = `const { tryOut } = await import(${JSON.stringify(new URL('../../src/toolchain/trial.ts', import.meta.url).href)});
    const { kind } = await tryOut(${JSON.stringify(options)});
    console.log(kind, process.getActiveResourcesInfo().filter((name) => name === 'Timeout'));`;
  const words = [process.execPath, '--input-type=module', '--eval', program];
  expect((await inProject(words, { cwd: hidden.path })).stdout).toBe('ended []\n');
});

it('tryOut() ends a program at once when it is aborted', async () => {
  await using hidden = await scratchFolder();
  const cause = new Error('Ctrl-C');
  const options = { path: '/usr/bin/yes', hidden: hidden.path, serves: true, timeoutMs: 60_000 };
  await expect(tryOut({ ...options, signal: AbortSignal.abort(cause) })).rejects.toMatchObject({ cause });
});
