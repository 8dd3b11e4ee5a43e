import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { blobHere } from '../../src/toolchain/clone.ts';
import { keepHalves, type KeptHalves } from '../../src/toolchain/kept-halves.ts';
import { openExecutable } from '../../src/executable/self.ts';
import { helloExecutable } from '../support/programs/executables.ts';

describe('keepHalves()', () => {
  let halves: KeptHalves;

  beforeAll(() => {
    halves = keepHalves();
  });
  afterAll(async () => halves.close());

  it('makes the blob that npm run build makes, at first and when nothing has to be bundled again', async () => {
    const { blob } = await openExecutable(helloExecutable);
    const built = Buffer.concat(await Array.fromAsync(blob.open(), (chunk) => Buffer.from(chunk)));
    for (const round of ['first', 'second']) {
      const made = await blobHere('src/hello-world.ts', halves);
      expect([round, Buffer.compare(made, built)]).toEqual([round, 0]);
    }
  });
});
