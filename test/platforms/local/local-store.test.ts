import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { openLocalStore } from '../../../src/platforms/local/local-store.ts';
import { artifactOf } from '../../support/programs/artifact.ts';

describe('openLocalStore()', () => {
  let home: string;
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'selfsame-test-'));
  });
  afterEach(() => rm(home, { recursive: true }));

  it('makes its folder, and serves what it keeps to who has the address', async () => {
    const folder = join(home, 'some', 'where');
    await using local = await openLocalStore('hello', { folder });
    const { store } = local;
    const artifact = await artifactOf('the bytes', 'hello');
    await store.check();
    await store.put(artifact);
    const { url, access } = await store.source(artifact);
    expect(access).toBe('the default, since no other store is configured');
    expect(await (await fetch(url)).text()).toBe('the bytes');
    const { origin, pathname } = new URL(url);
    for (const wrong of [
      `${origin}/00${pathname.slice(3)}`,
      `${url}x`,
      `${origin}${pathname.slice(33)}`,
      `${url}/../../../x`,
    ]) {
      expect((await fetch(wrong)).status).toBe(404);
    }
  });

  it('serves nobody once it is closed', async () => {
    const artifact = await artifactOf('the bytes', 'hello');
    let url: string;
    {
      await using local = await openLocalStore('hello', { folder: home });
      await local.store.put(artifact);
      ({ url } = await local.store.source(artifact));
    }
    await expect(fetch(url)).rejects.toThrow('fetch failed');
  });

  it("removes all but an application's three latest versions, and no other's", async () => {
    const [other, ...own] = await Promise.all(
      ['other', 'hello', 'hello', 'hello', 'hello'].map(async (name, index) => artifactOf(`${index}`, name)),
    );
    {
      await using local = await openLocalStore('hello', { folder: home });
      for (const [age, artifact] of [other, ...own].entries()) {
        if (artifact === undefined) continue;
        await local.store.put(artifact);
        const date = new Date(Date.now() - age * 1_000);
        await utimes(join(home, artifact.version, artifact.name), date, date);
      }
    }
    await using _local = await openLocalStore('hello', { folder: home });
    const left = [other, ...own.slice(0, 3)].map((artifact) => artifact?.version ?? '');
    expect((await readdir(home)).toSorted()).toEqual(left.toSorted());
  });

  it('says what to set where it cannot make its folder', async () => {
    const file = join(home, 'file');
    await writeFile(file, '');
    await expect(openLocalStore('hello', { folder: join(file, 'artifacts') })).rejects.toMatchObject({
      code: 'store-denied',
      message: expect.stringMatching(/^Cannot keep executables in file:.*: a part of its path is a file$/),
      hint: 'Set XDG_CACHE_HOME to a folder that you may write to, or pass --store.',
    });
  });
});
