import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { helloExecutable } from '../../support/programs/executables.ts';

const commands = [
  ['--version-hash'],
  ['--help'],
  ['self', '--help'],
  ['self', 'licenses'],
  ['self', 'sbom'],
  ['self', 'completion', 'bash'],
];

describe('endOnBrokenPipe()', () => {
  it.each(commands)('leaves a reader that has enough in peace: %s %s', async (...words) => {
    const child = spawn(helloExecutable, words, { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy(); // long before the first line
    const [stderr, [status]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
    expect({ status: status as number, stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.each(commands)('does not call it done when stdout cannot be written: %s %s', async (...words) => {
    const full = await open('/dev/full', 'w');
    const child = spawn(helloExecutable, words, { stdio: ['ignore', full.fd, 'pipe'] });
    const [stderr, [status]] = await Promise.all([child.stderr && text(child.stderr), once(child, 'exit')]);
    await full.close();
    expect({ status: status as number, stderr }).toEqual({
      status: 3,
      stderr: 'error: Cannot write to stdout: ENOSPC.\n',
    });
  });

  it('goes on when nobody reads what it says to people', async () => {
    const child = spawn(helloExecutable, ['--frobnicate', '--local'], { stdio: ['ignore', 'ignore', 'pipe'] });
    child.stderr.destroy();
    expect(await once(child, 'exit')).toEqual([2, null]);
  });
});
