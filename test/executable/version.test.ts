import { execFileSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { bytesOf, bytesOfFile } from '../../src/executable/format/bytes.ts';
import { writeBlob } from '../../src/executable/format/blob.ts';
import { releaseOf, versionsOf } from '../../src/executable/version.ts';
import { digestOf, parseDigest } from '../../src/shared/digest.ts';
import { installedRuntime } from '../support/programs/executable-fixture.ts';

const blobs = [0, 1].map((length) => writeBlob({ mainPath: 'm', code: Buffer.alloc(length, 'x') }));

describe('releaseOf()', () => {
  it('is the SHA-256 of a line for each Linux target, arm64 first', () => {
    const versions = { 'linux-x64': parseDigest('b'.repeat(64)), 'linux-arm64': parseDigest('a'.repeat(64)) };
    expect(releaseOf(versions)).toBe(hash('sha256', `linux-arm64 ${'a'.repeat(64)}\nlinux-x64 ${'b'.repeat(64)}\n`));
  });

  it('changes with the application', async () => {
    const [one, other] = await Promise.all(blobs.map(async (blob) => releaseOf(await versionsOf(bytesOf(blob)))));
    expect(one).not.toBe(other);
  });
});

describe('digestOf()', () => {
  it('agrees with a part that is read twice', async () => {
    const part = bytesOfFile(installedRuntime, 1000, 700_000);
    const [whole, ringed] = [await digestOf(part.open()), await digestOf(part.open({ ring: 2 }))];
    expect(whole).toBe(ringed);
    expect(whole).toBe(
      execFileSync('sh', ['-c', `tail -c +1001 '${installedRuntime}' | head -c 699000 | sha256sum`], {
        encoding: 'utf8',
      }).slice(0, 64),
    );
  });
});
