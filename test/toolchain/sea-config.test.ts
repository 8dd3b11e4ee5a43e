import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from '@jest/globals';
import { readBlob, writeBlob } from '../../src/executable/format/blob.ts';
import { root } from '../../src/toolchain/bundle.ts';
import { cleanUp, temporaryFolder } from '../support/programs/executable-fixture.ts';

afterAll(cleanUp);

it("sea-config.json has Node's own tool make the blob of the example", async () => {
  const folder = await temporaryFolder();
  const [config, output] = [join(folder, 'sea-config.json'), join(folder, 'theirs.blob')];
  const own = JSON.parse(await readFile(join(root, 'sea-config.json'), 'utf8')) as object;
  await writeFile(config, JSON.stringify({ ...own, output }));
  await promisify(execFile)(process.execPath, ['--experimental-sea-config', config], { cwd: root });

  const theirs = await readFile(output);
  const ours = readBlob(await readFile(join(root, 'dist/hello-world.blob')));
  // Their tool keeps no order of assets.
  const order = [...readBlob(theirs).assets.keys()];
  const assets = order.map((name) => [name, ours.assets.get(name) ?? new Uint8Array()] as const);
  expect(order.toSorted()).toEqual([...ours.assets.keys()].toSorted());
  expect(Buffer.compare(writeBlob({ ...ours, assets }), theirs)).toBe(0);
});
