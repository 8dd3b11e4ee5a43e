import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const launcher = join(import.meta.dirname, '..', '..', 'scripts', 'launch.mjs');

/** The machine's own Node, which may be any from 20 on. */
const node = execFileSync('sh', ['-c', 'command -v node'], { encoding: 'utf8' }).trim();

describe('scripts/launch.mjs', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'selfsame-launch-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('starts the pinned Node, whatever Node starts it', () => {
    const { stdout, status } = spawnSync(node, [launcher, 'test/fixtures/node-version.ts'], { encoding: 'utf8' });
    expect({ stdout, status }).toEqual({ stdout: 'v26.10.0\n', status: 0 });
  });

  it('names curl, and the command that installs it, where curl is missing', () => {
    symlinkSync(node, join(folder, 'node'));
    const { stderr, status } = spawnSync(node, [launcher, 'scripts/check.ts'], {
      encoding: 'utf8',
      env: { PATH: folder },
    });
    expect(status).toBe(3);
    expect(stderr).toMatch(/Cannot find curl, which the runner fetches with\n {2}Run: sudo \S+ install curl\n$/);
  });

  it('names libatomic, and the command that installs it, where Node 26 cannot be loaded', () => {
    // In a mount namespace of its own the library is a file that no loader takes.
    // An ordinary user may not have /sbin in the PATH.
    const library = execFileSync(
      'sh',
      ['-c', "PATH=$PATH:/usr/sbin:/sbin; ldconfig -p | sed -n 's/.*=> //; /libatomic.so.1$/p' | head -n 1"],
      {
        encoding: 'utf8',
      },
    ).trim();
    const script = 'mount --bind /dev/null "$1" && shift && exec "$@"';
    const words = ['--mount', '--map-root-user', 'sh', '-c', script, 'sh', library, node, launcher, 'scripts/check.ts'];
    const { stderr, status } = spawnSync('unshare', words, { encoding: 'utf8' });
    expect(stderr).toMatch(/libatomic.so.1 is missing\n {2}Run: sudo \S+ install libatomic1?\n$/);
    expect(status).toBe(3);
  });
});
