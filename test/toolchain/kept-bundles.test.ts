import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { keepBundles, type KeptBundles } from '../../src/toolchain/kept-bundles.ts';
import { openExecutable } from '../../src/executable/self.ts';
import { helloExecutable } from '../support/programs/executables.ts';

describe('keepBundles()', () => {
  let bundles: KeptBundles;

  beforeAll(async () => {
    bundles = await keepBundles('src/hello-world.ts');
  });
  afterAll(async () => bundles.close());

  it('makes the blob that npm run build makes, at first and when nothing has to be bundled again', async () => {
    const { blob } = await openExecutable(helloExecutable);
    const built = Buffer.concat(await Array.fromAsync(blob.open(), (chunk) => Buffer.from(chunk)));
    const [first, second] = [await bundles.make(), await bundles.make()];
    expect(Buffer.compare(first.blob, built)).toBe(0);
    expect(Buffer.compare(second.blob, built)).toBe(0);
    expect([first.isDeployerKept, second.isDeployerKept]).toEqual([false, true]);
  });

  it('refuses a main with top-level await, and says what to write', async () => {
    const awaiting = await keepBundles('test/support/stores/azurite-server.ts');
    try {
      await expect(awaiting.make()).rejects.toThrow(
        /Cannot bundle test\/support\/stores\/azurite-server\.ts:\d+: Top-level await/,
      );
    } finally {
      await awaiting.close();
    }
  });
});
