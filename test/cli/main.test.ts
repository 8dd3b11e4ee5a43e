import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { runProgram } from '../support/programs/program.ts';

const program = join(import.meta.dirname, '../fixtures/lingering.ts');

describe('selfsame()', () => {
  it.each([
    [['--help'], 0],
    [['--version-hash'], 2],
    [['self', '--help'], 0],
    [['self'], 2],
    [['--kubernetes', '--replicas', 'x'], 2],
    [['--unknown'], 2],
  ])('ends after %j, whatever the file has left in the loop', async (words, status) => {
    const ended = await runProgram(process.execPath, [program, ...words]);
    expect(ended).toMatchObject({ status });
    expect(`${ended.stdout}${ended.stderr}`).not.toBe('');
  });

  it('leaves nothing unsaid to a pipe that is read slowly', async () => {
    const child = spawn(process.execPath, [program, '--help'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, OPTIONS: '2000' },
    });
    const ended = once(child, 'exit');
    await wait(1_500); // a pipe holds 64 KB
    expect((await text(child.stdout)).match(/--option-\d+ /g)).toHaveLength(2000);
    expect(await ended).toEqual([0, null]);
  });

  it('does not mind a pipe that nobody reads', async () => {
    const child = spawn(process.execPath, [program, '--help'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, OPTIONS: '2000' },
    });
    child.stdout.destroy();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('prints its definition for a build, and ends', async () => {
    const ended = await runProgram(process.execPath, [program, 'self', 'definition']);
    expect(ended).toEqual({
      status: 0,
      stdout: '{"name":"lingering","files":["public/**"],"external":["next"],"serves":false}\n',
      stderr: '',
    });
  });

  it('does what its words say, whatever a build once left in the environment', async () => {
    const ended = await runProgram(process.execPath, [program, '--unknown'], { env: { SELFSAME_BUILD: 'check' } });
    expect(ended).toMatchObject({ status: 2, stdout: '' });
  });

  it('does nothing in a worker thread', async () => {
    const ended = await runProgram(process.execPath, [program]);
    expect(ended).toEqual({ status: 0, stdout: 'runs\n', stderr: '' });
  });
});
