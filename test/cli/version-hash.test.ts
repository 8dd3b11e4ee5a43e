import { execFileSync } from 'node:child_process';
import { copyFile, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { releaseOf } from '../../src/executable/version.ts';
import { runtimes } from '../../src/executable/runtimes/runtimes-table.ts';
import { parseDigest } from '../../src/shared/digest.ts';
import { cleanUp, elsewhere, here, needCommand, temporaryFolder } from '../support/programs/executable-fixture.ts';
import { changedExecutable, helloExecutable } from '../support/programs/executables.ts';
import { runProgram, type EndedProgram } from '../support/programs/program.ts';

describe('--version-hash', () => {
  let folder: string;
  let version: string;
  beforeAll(async () => {
    version = sha256sum(helloExecutable);
    folder = await temporaryFolder();
  });
  afterAll(cleanUp);

  it('is what sha256sum says of the file, and nothing else is printed', async () => {
    const expected = { status: 0, stdout: `${version}\n`, stderr: '' };
    expect(await runProgram(helloExecutable, ['--version-hash'])).toEqual(expected);
    expect(await runProgram(helloExecutable, ['--version-hash', '--target', here])).toEqual(expected);
  });

  it('shows a flipped bit', async () => {
    const copy = join(folder, 'flipped');
    await copyFile(helloExecutable, copy);
    await flipPadding(copy);
    const { stdout, status } = await runProgram(copy, ['--version-hash']);
    expect({ stdout, status }).toEqual({ stdout: `${sha256sum(copy)}\n`, status: 0 });
    expect(sha256sum(copy)).not.toBe(version);
  });

  it('names release, targets and Node.js version as JSON', async () => {
    const { stdout, stderr } = await runProgram(helloExecutable, ['--version-hash', '--output', 'json']);
    const answer = JSON.parse(stdout) as Answer;
    const release = releaseOf(answer.targets);
    expect({ ...answer, stderr }).toEqual({
      name: 'hello-world',
      target: here,
      version,
      release,
      targets: { [here]: version, [elsewhere]: answer.targets[elsewhere] },
      node: runtimes[here].package.version,
      stderr: '',
    });
    expect(parseDigest(answer.targets[elsewhere])).not.toBe(version);
    const other = await runProgram(changedExecutable, ['--version-hash', '--output', 'json']);
    expect((JSON.parse(other.stdout) as Answer).release).not.toBe(release);
  });

  it('answers for the other target without network, cache and runtime: as what self rebuild then writes', async () => {
    const said = await alone(['--version-hash', '--target', elsewhere], { XDG_CACHE_HOME: join(folder, 'empty') });
    const output = join(folder, elsewhere);
    const written = await runProgram(helloExecutable, ['self', 'rebuild', '--target', elsewhere, '-o', output]);
    expect(written).toMatchObject({ status: 0, stdout: `${sha256sum(output)}  ${output}\n` });
    expect(said).toEqual({ status: 0, stdout: `${sha256sum(output)}\n`, stderr: '' });
  });

  it('rebuilds itself for its own target without network, cache and runtime', async () => {
    const output = join(folder, 'own');
    const written = await alone(['self', 'rebuild', '--target', here, '-o', output], {
      XDG_CACHE_HOME: join(folder, 'empty'),
    });
    expect(written).toMatchObject({ status: 0, stdout: `${sha256sum(output)}  ${output}\n` });
    expect(sha256sum(output)).toBe(version);
  });

  it('runs nothing of NODE_OPTIONS', async () => {
    const foreign = join(folder, 'foreign.cjs');
    await writeFile(foreign, 'console.log("foreign code"); process.exit(9);');
    const env = { NODE_OPTIONS: `--require ${foreign}` };
    // The same setting takes hold of a plain Node.js: it is one that could do harm.
    expect(await runProgram(process.execPath, ['-e', '0'], { env })).toMatchObject({
      status: 9,
      stdout: 'foreign code\n',
    });
    for (const words of [['--version-hash'], ['--help']]) {
      const { status, stdout } = await runProgram(helloExecutable, words, { env });
      expect(status).toBe(0);
      expect(stdout).not.toContain('foreign');
    }
  });

  it.each([
    ['--replicas 3', 'Cannot use --replicas together with --version-hash'],
    ['--kubernetes', 'Cannot use --kubernetes together with --version-hash'],
    ['--http :9', 'Cannot use "--http" together with --version-hash'],
    ['--output yaml', 'Cannot use --output yaml together with --version-hash'],
    ['--target', 'Cannot use --target without a target together with --version-hash'],
    ['--target linux-riscv64', 'Cannot build for "linux-riscv64"'],
    ['--target win-x64', `Cannot tell the version for win-x64 from ${here}`],
  ])('refuses %s in one line', async (words, message) => {
    const ended = await runProgram(helloExecutable, ['--version-hash', ...words.split(' ')]);
    expect(ended).toMatchObject({ status: 2, stdout: '' });
    expect(ended.stderr.startsWith(`error: ${message}. `)).toBe(true);
    expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  });
});

interface Answer {
  readonly release: string;
  readonly targets: Parameters<typeof releaseOf>[0];
}

/** Runs the executable where there is no network, not even this machine itself. */
async function alone(words: readonly string[], env: Readonly<Record<string, string>>): Promise<EndedProgram> {
  needCommand('unshare', 'util-linux');
  const flags = process.getuid?.() === 0 ? ['--net'] : ['--map-root-user', '--net'];
  return runProgram('unshare', [...flags, helloExecutable, ...words], { env });
}

function sha256sum(path: string): string {
  return execFileSync('sha256sum', [path], { encoding: 'utf8' }).slice(0, 64);
}

/** Flips a bit of the zeros between the runtime and the tail, which nothing reads. */
async function flipPadding(path: string): Promise<void> {
  const { sizeBytes, copiedBytes } = runtimes[here].prefix;
  expect(copiedBytes).toBeLessThan(sizeBytes);
  const file = await open(path, 'r+');
  try {
    const byte = Buffer.alloc(1, 255);
    await file.read(byte, 0, 1, sizeBytes - 1);
    expect(byte[0]).toBe(0);
    await file.write(Buffer.of(1), 0, 1, sizeBytes - 1);
  } finally {
    await file.close();
  }
}
