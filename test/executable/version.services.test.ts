import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { bytesOf, bytesOfFile } from '../../src/executable/format/bytes.ts';
import { writeBlob } from '../../src/executable/format/blob.ts';
import { tailOf } from '../../src/executable/format/prefix.ts';
import { rebuild } from '../../src/executable/rebuild.ts';
import { prefixFile } from '../../src/executable/runtimes/runtimes.ts';
import { runtimes } from '../../src/executable/runtimes/runtimes-table.ts';
import { localSource } from '../../src/executable/runtimes/sources.ts';
import { versionOf } from '../../src/executable/version.ts';
import {
  builtFixture,
  cleanUp,
  elsewhere,
  here,
  installedRuntime,
  runFixture,
  temporaryFolder,
} from '../support/programs/executable-fixture.ts';

afterAll(cleanUp);

/** Blobs whose length leaves every rest, so that every padding occurs. */
const blobs = [0, 1, 2, 3].map((length) => writeBlob({ mainPath: 'm', code: Buffer.alloc(length, 'x') }));

describe('versionOf()', () => {
  it('is what sha256sum says of the file that rebuild() writes', async () => {
    const folder = await temporaryFolder();
    const settings = { source: localSource(installedRuntime), cacheFolder: folder };
    for (const [index, blob] of blobs.entries()) {
      const output = join(folder, `app-${index}`);
      await rebuild(here, { from: { blob: bytesOf(blob) }, output, runtimes: settings });
      expect(await versionOf(here, bytesOf(blob))).toBe(sha256sum(output));
    }
  });

  it('is the SHA-256 of prefix and tail for the other architecture, too', async () => {
    const { prefix } = runtimes[elsewhere];
    const path = await prefixFile(elsewhere);
    const started = createHash('sha256');
    for await (const chunk of bytesOfFile(path, 0, prefix.sizeBytes).open()) started.update(chunk);
    for (const blob of blobs) {
      const whole = started.copy();
      for await (const chunk of tailOf(prefix, bytesOf(blob)).open()) whole.update(chunk);
      expect(await versionOf(elsewhere, bytesOf(blob))).toBe(whole.digest('hex'));
    }
  });

  it('answers in an executable for the other target with neither network nor cache', async () => {
    const { path, blob } = await builtFixture();
    const nowhere = await temporaryFolder();
    const env = { HOME: nowhere, XDG_CACHE_HOME: nowhere, npm_config_registry: 'http://127.0.0.1:1/' };
    const { answer } = await runFixture(path, ['version', elsewhere], { env });
    expect(answer).toBe(await versionOf(elsewhere, bytesOf(blob)));
  });
});

function sha256sum(path: string): string {
  return execFileSync('sha256sum', [path], { encoding: 'utf8' }).slice(0, 64);
}
