import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readLockFile } from '../../../src/toolchain/installed/lock-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selfsame-lock-'));
});
afterEach(async () => rm(folder, { recursive: true }));

const locked = { '@img/a-linux-arm64': [{ version: '0.34.4', integrity: 'sha512-aaa' }] };

describe('readLockFile()', () => {
  it.each([
    [
      'package-lock.json',
      JSON.stringify({
        lockfileVersion: 3,
        packages: {
          '': { name: 'shop' },
          'node_modules/@img/a-linux-arm64': { version: '0.34.4', integrity: 'sha512-aaa', optional: true },
        },
      }),
      locked,
    ],
    [
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\npackages:\n  '@img/a-linux-arm64@0.34.4':\n    resolution: {integrity: sha512-aaa}\n    cpu: [arm64]\n",
      locked,
    ],
    [
      'yarn.lock',
      '# yarn lockfile v1\n\n\n"@img/a-linux-arm64@0.34.4":\n  version "0.34.4"\n  resolved "https://registry/x.tgz#1"\n  integrity sha512-aaa\n',
      locked,
    ],
    [
      'yarn.lock',
      '__metadata:\n  version: 8\n\n"@img/a-linux-arm64@npm:0.34.4":\n  version: 0.34.4\n  resolution: "@img/a-linux-arm64@npm:0.34.4"\n  checksum: 10c0/abc\n',
      { '@img/a-linux-arm64': [{ version: '0.34.4', integrity: undefined }] },
    ],
  ])('reads %s', async (name, text, expected) => {
    await writeFile(join(folder, name), text);
    const lock = readLockFile({ entry: '', folder, base: folder, manifest: {} });
    expect(Object.fromEntries(lock ?? [])).toMatchObject(expected);
  });
});
