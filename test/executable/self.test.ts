import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { isExecutable, openExecutable, openSelf } from '../../src/executable/self.ts';
import { cleanUp, installedRuntime, temporaryFolder } from '../support/programs/executable-fixture.ts';

afterAll(cleanUp);

describe('openExecutable()', () => {
  it.each([
    ['a plain runtime', async () => installedRuntime],
    ['a text', async () => import.meta.filename],
    ['a folder', async () => import.meta.dirname],
    ['an empty file', async () => written('')],
  ])('refuses %s', async (_, make) => {
    const path = await make();
    await expect(openExecutable(path)).rejects.toMatchObject({
      code: 'not-an-executable',
      message: `Cannot find an application in "${path}"`,
      hint: 'Name a file that selfsame built.',
    });
  });
});

describe('openSelf()', () => {
  it('says how to make one of a script', async () => {
    expect(isExecutable()).toBe(false);
    await expect(openSelf()).rejects.toMatchObject({
      code: 'not-an-executable',
      hint: 'Build it first: npx selfsame build.',
    });
  });
});

async function written(content: string): Promise<string> {
  const path = join(await temporaryFolder(), 'file');
  await writeFile(path, content);
  return path;
}
