import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readBlob, writeBlob } from '../../src/executable/format/blob.ts';
import { bufferOf, bytesOf } from '../../src/executable/format/bytes.ts';
import { rebuild } from '../../src/executable/rebuild.ts';
import { prefixFile } from '../../src/executable/runtimes/runtimes.ts';
import { openExecutable } from '../../src/executable/self.ts';
import { localSource } from '../../src/executable/runtimes/sources.ts';
import { digestOfFile } from '../../src/shared/digest.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { cleanUp, elsewhere, here, installedRuntime, temporaryFolder } from '../support/programs/executable-fixture.ts';
import { runProgram } from '../support/programs/program.ts';

let folder: string;
/** hello-world whose deploying half says that it was loaded, and can do nothing else. */
let program: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  program = join(folder, 'hello-world');
  const parts = readBlob(await bufferOf((await openExecutable(helloExecutable)).blob));
  const deployer = Buffer.from('throw new Error("the deploying half was loaded")');
  const assets = new Map(parts.assets).set('deployer.cjs', deployer);
  const blob = bytesOf(writeBlob({ ...parts, assets }));
  await rebuild(here, { from: { blob }, output: program, runtimes: { source: localSource(installedRuntime) } });
  await prefixFile(elsewhere);
}, 120_000);
afterAll(cleanUp);

const loaded = { status: 70, stdout: '', stderr: expect.stringContaining('the deploying half was loaded') };

describe('rebuildWithoutDeployer()', () => {
  it('writes what --version-hash names, for both targets', async () => {
    for (const [target, output] of [
      [here, join(folder, 'here')] as const,
      [elsewhere, join(folder, 'there')] as const,
    ]) {
      const { stdout: named } = await runProgram(program, ['--version-hash', '--target', target]);
      const ended = await runProgram(program, ['self', 'rebuild', '--target', target, '-o', output]);
      expect(ended).toEqual({ status: 0, stdout: `${named.trim()}  ${output}\n`, stderr: '' });
      expect(`${await digestOfFile(output)}\n`).toBe(named);
    }
  });

  it('takes the application out of another executable', async () => {
    const output = join(folder, 'from');
    const words = ['self', 'rebuild', `--from=${helloExecutable}`, `--target=${here}`, `--output=${output}`];
    expect(await runProgram(program, words)).toMatchObject({ status: 0, stderr: '' });
    expect(await digestOfFile(output)).toBe(await digestOfFile(helloExecutable));
  });

  it('says by itself what it cannot write', async () => {
    expect(await runProgram(program, ['self', 'rebuild', '--target', here, '-o', folder])).toEqual({
      status: 2,
      stdout: '',
      stderr: `error: Cannot write "${folder}": it is a folder. Pass -o with another file.\n`,
    });
  });

  it('leaves it to the deploying half to fetch a runtime', async () => {
    const output = join(folder, 'fetched');
    const env = { XDG_CACHE_HOME: join(folder, 'empty') };
    expect(await runProgram(program, ['self', 'rebuild', '--target', elsewhere, '-o', output], { env })).toEqual(
      loaded,
    );
    await expect(access(output)).rejects.toThrow('ENOENT');
  });

  it.each([
    ['no target', ['-o', 'F']],
    ['no output', ['--target', here]],
    ['an empty output', ['--target', here, '-o', '']],
    ['a target it does not know', ['--target', 'linux-s390x', '-o', 'F']],
    ['an unknown flag', ['--target', here, '-o', 'F', '--fast']],
    ['a flag given twice', ['--target', here, '-o', 'F', '-o', 'G']],
    ['another word', ['--target', here, '-o', 'F', 'G']],
    ['--help', ['--help']],
    ['a source', ['--target', here, '-o', 'F', '--runtime-source', 'npm']],
  ])('leaves it to the deploying half to answer %s', async (_what, words) => {
    expect(await runProgram(program, ['self', 'rebuild', ...words])).toEqual(loaded);
  });
});
