import { spawnSync } from 'node:child_process';
import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { helloExecutable } from '../../support/programs/executables.ts';

it.each([['licenses'], ['sbom']])(
  'self %s does not call it done when a disk takes a part of what it prints',
  async (command) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'selfsame-test-'));
    const script = 'mount -t tmpfs -o size=40960 none "$1" && "$2" self "$3" > "$1/out"';
    const words = ['--map-root-user', '--mount', 'sh', '-c', script, 'sh', folder.path, helloExecutable, command];
    const { status, stderr } = spawnSync('unshare', words, { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 3, stderr: 'error: Cannot write to stdout: ENOSPC.\n' });
  },
);
