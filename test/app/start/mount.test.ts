import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { build } from 'esbuild';
import { projectRoot, startAsset } from '../../../src/app/start/start-config.ts';
import { bytesOf } from '../../../src/executable/format/bytes.ts';
import { rebuild } from '../../../src/executable/rebuild.ts';
import { localSource } from '../../../src/executable/runtimes/sources.ts';
import { applicationBlob } from '../../../src/toolchain/application-blob.ts';
import { bundleOptions } from '../../../src/toolchain/bundle.ts';
import { cleanUp, here, installedRuntime, temporaryFolder } from '../../support/programs/executable-fixture.ts';

const program = join(import.meta.dirname, '../../fixtures/file-answers.cjs');
// In no order of names: a list is to have them in one.
const files: Record<string, string> = {
  'files/b.txt': 'bytes of b: ü',
  'files/a-b.txt': 'between a and what lies in it',
  'files/empty.txt': '',
  'files/back\\slash.txt': 'no separator here',
  'files/a/deep/d.txt': 'deep',
  'files/a/c.txt': 'c\n'.repeat(1_000),
};

let [executable, script] = ['', ''];

beforeAll(async () => {
  const folder = await temporaryFolder();
  script = join(folder, 'app/main.cjs');
  await mkdir(dirname(script));
  await cp(program, script);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, 'app', name)), { recursive: true });
    await writeFile(join(folder, 'app', name), text);
  }
  const { outputFiles } = await build(bundleOptions('src/app/start/start.ts'));
  const blob = applicationBlob(
    {
      start: {
        entry: 'main.cjs',
        main: 'main.cjs',
        folder: '',
        modules: {},
        links: {},
        carries: true,
        starts: true,
        readsFiles: false,
      },
      assets: new Map([
        [`${projectRoot}/main.cjs`, await readFile(program)],
        ...Object.entries(files).map(([name, text]) => [`${projectRoot}/${name}`, Buffer.from(text)] as const),
      ]),
      packages: new Uint8Array(),
    },
    new Map([[startAsset, outputFiles[0]?.contents ?? new Uint8Array()]]),
  );
  executable = join(folder, 'program');
  const runtimes = { source: localSource(installedRuntime) };
  await rebuild(here, { from: { blob: bytesOf(blob) }, output: executable, runtimes });
}, 60_000);

afterAll(cleanUp);

async function answers(...command: string[]): Promise<Record<string, unknown>> {
  const [file = '', ...words] = command;
  const { stdout } = await promisify(execFile)(file, words, { maxBuffer: 1 << 24 });
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe("the executable's file system", () => {
  it('answers as a disk does', async () => {
    const expected = await answers(process.execPath, script);
    expect(Object.keys(expected).length).toBeGreaterThan(200);
    expect(await answers(executable)).toEqual(expected);
  });

  it('is the same in a thread', async () => {
    const expected = await answers(executable);
    expect(await answers(executable, '--thread')).toEqual(expected);
    expect(await answers(executable, '--thread', '--with-arguments')).toEqual(expected);
  });

  it('takes no change, and lists names in their order', async () => {
    const { refused, order, main } = await answers(executable, '--changes');
    expect(new Set(Object.values(refused as object))).toEqual(new Set(['EROFS']));
    expect(order).toEqual([
      'a',
      'a/c.txt',
      'a/deep',
      'a/deep/d.txt',
      'a-b.txt',
      'b.txt',
      'back\\slash.txt',
      'empty.txt',
    ]);
    expect(main).toEqual([expect.stringMatching(/\/app\/main\.cjs$/), expect.stringMatching(/\/app\/main\.cjs$/)]);
  });
});
