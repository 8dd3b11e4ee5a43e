import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { release, type Release } from '../../src/toolchain/release.ts';
import { writeBlob } from '../../src/executable/format/blob.ts';
import { bytesOf } from '../../src/executable/format/bytes.ts';
import { rebuild } from '../../src/executable/rebuild.ts';
import { openExecutable } from '../../src/executable/self.ts';
import { releaseOf, versionsOf } from '../../src/executable/version.ts';
import { linuxTargets, targets } from '../../src/shared/target.ts';
import { goodMachO, inspect } from '../support/executable/lief.ts';
import { scratchFolder, type ScratchFolder } from '../support/executable/scratch.ts';

const run = promisify(execFile);

// As large as a real one, and of an odd length.
const blob = writeBlob({
  mainPath: 'dist/main.cjs',
  code: Buffer.from('console.log(require("node:sea").getAsset("word", "utf8"), process.version)'),
  assets: new Map([
    ['word', Buffer.from('selfsame')],
    ['weight', Buffer.alloc(3_000_001, 'weight ')],
  ]),
});
const blobDigest = createHash('sha256').update(blob).digest('hex');

let folder: ScratchFolder;
let released: Release;
const fileOf = (target: keyof Release['targets']): string => join(folder.path, released.targets[target].file);

// Three times postject on two processors, and the runtimes if they are not in the cache.
beforeAll(async () => {
  folder = await scratchFolder();
  released = await release({ name: 'tiny', blob, folder: folder.path, report: () => {} });
}, 600_000);

afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

it('release() writes five executables, and sums that sha256sum accepts', async () => {
  expect((await readdir(folder.path)).toSorted()).toEqual([
    'RELEASE.json',
    'SHA256SUMS',
    'tiny-darwin-arm64',
    'tiny-darwin-x64',
    'tiny-linux-arm64',
    'tiny-linux-x64',
    'tiny-win-x64.exe',
  ]);
  const { stdout } = await run('sha256sum', ['-c', 'SHA256SUMS'], { cwd: folder.path });
  expect(stdout.trim().split('\n').toSorted()).toEqual(
    targets.map((target) => `${released.targets[target].file}: OK`).toSorted(),
  );
});

it('RELEASE.json names the release that the Linux versions make', async () => {
  expect(JSON.parse(await readFile(join(folder.path, 'RELEASE.json'), 'utf8'))).toEqual(released);
  const versions = await versionsOf(bytesOf(blob));
  expect(released).toMatchObject({ name: 'tiny', release: releaseOf(versions), node: process.versions.node });
  for (const target of linuxTargets) expect(released.targets[target].version).toBe(versions[target]);
});

it('the darwin files carry the blob, and a signature whose hashes hold', async () => {
  const expected = (cpu: string) => ({
    ...goodMachO({ identifier: 'tiny', pages: expect.any(Number) }),
    cpu,
    blob: blobDigest,
  });
  expect(await inspect(fileOf('darwin-arm64'), fileOf('darwin-x64'))).toEqual([expected('ARM64'), expected('X86_64')]);
});

it('the Windows file carries the blob, a right checksum, and no stale signature', async () => {
  expect(await inspect(fileOf('win-x64'))).toEqual([
    {
      format: 'PE',
      cpu: 'AMD64',
      blob: blobDigest,
      certificates: [0, 0],
      signatures: 0,
      checksum: true,
      overlayBytes: 0,
    },
  ]);
});

it('rebuild() makes the same Linux executables out of the darwin and Windows files', async () => {
  await using other = await scratchFolder();
  for (const origin of ['darwin-arm64', 'darwin-x64', 'win-x64'] as const) {
    const from = await openExecutable(fileOf(origin));
    expect(from.target).toBe(origin);
    for (const target of linuxTargets) {
      const version = await rebuild(target, { from, output: join(other.path, target) });
      expect(version).toBe(released.targets[target].version);
    }
  }
  for (const target of linuxTargets) {
    expect((await readFile(join(other.path, target))).equals(await readFile(fileOf(target)))).toBe(true);
  }
});
