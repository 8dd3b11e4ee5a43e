import { copyFile, open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bufferOf, bytesOf } from '../../src/executable/format/bytes.ts';
import { openExecutable } from '../../src/executable/self.ts';
import { runtimes } from '../../src/executable/runtimes/runtimes-table.ts';
import { versionOf } from '../../src/executable/version.ts';
import { digestOfFile } from '../../src/shared/digest.ts';
import {
  builtFixture,
  cleanUp,
  elsewhere,
  here,
  runFixture,
  temporaryFolder,
  type Fixture,
} from '../support/programs/executable-fixture.ts';

let fixture: Fixture;

beforeAll(async () => {
  fixture = await builtFixture();
});
afterAll(cleanUp);

describe('openExecutable()', () => {
  it('finds target and blob, and that the file is built as ours are', async () => {
    const executable = await openExecutable(fixture.path);
    expect(executable).toMatchObject({ path: fixture.path, target: here, rebuilt: { target: here } });
    expect((await bufferOf(executable.blob)).equals(fixture.blob)).toBe(true);
  });

  it('refuses a file that is not there', async () => {
    const path = join(fixture.folder, 'nothing');
    await expect(openExecutable(path)).rejects.toMatchObject({
      code: 'executable-unreadable',
      message: `Cannot read "${path}": there is no such file`,
    });
  });

  it('refuses an executable that ends within its blob', async () => {
    const path = join(await temporaryFolder(), 'cut');
    await copyFile(fixture.path, path);
    await truncate(path, 117_000_000);
    await expect(openExecutable(path)).rejects.toMatchObject({ code: 'executable-damaged' });
  });
});

describe('openSelf()', () => {
  it('is the executable that runs, whose blob is the very one it was built with', async () => {
    expect((await runFixture(fixture.path, ['blob'])).answer).toBe(await digestOfFile(await written(fixture.blob)));
  });

  it('tells its own true version when a bit of its file flipped, and the others as ever', async () => {
    const copy = join(await temporaryFolder(), 'copy');
    await copyFile(fixture.path, copy);
    const file = await open(copy, 'r+');
    // In the unused end of the prefix, so that it still runs.
    await file.write(Buffer.of(1), 0, 1, runtimes[here].prefix.copiedBytes + 100);
    await file.close();
    expect((await runFixture(copy, ['version'])).answer).toBe(await digestOfFile(copy));
    expect((await runFixture(copy, ['version', elsewhere])).answer).toBe(
      await versionOf(elsewhere, bytesOf(fixture.blob)),
    );
  });
});

async function written(content: string | Uint8Array): Promise<string> {
  const path = join(await temporaryFolder(), 'file');
  await writeFile(path, content);
  return path;
}
