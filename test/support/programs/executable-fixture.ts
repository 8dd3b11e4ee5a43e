import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll } from '@jest/globals';
import { build } from 'esbuild';
import { writeBlob } from '../../../src/executable/format/blob.ts';
import { bytesOf } from '../../../src/executable/format/bytes.ts';
import { rebuild } from '../../../src/executable/rebuild.ts';
import { runtimes } from '../../../src/executable/runtimes/runtimes-table.ts';
import { localSource } from '../../../src/executable/runtimes/sources.ts';
import type { Digest } from '../../../src/shared/digest.ts';
import { hostTarget, type LinuxTarget } from '../../../src/shared/target.ts';
import { forEachTest, forFile } from '../run/for-file.ts';
import { otherMachine } from './emulator.ts';

const root = join(import.meta.dirname, '../../..');

/** The Linux target that runs here without an emulator, and the other one. */
export const here: LinuxTarget = hostTarget() === 'linux-arm64' ? 'linux-arm64' : 'linux-x64';
export const elsewhere: LinuxTarget = here === 'linux-x64' ? 'linux-arm64' : 'linux-x64';

/** The plain runtime that npm installed for this machine. */
export const installedRuntime = join(
  root,
  'node_modules',
  runtimes[here].package.name,
  runtimes[here].package.path.replace('package/', ''),
);

/** A folder that {@link cleanUp} removes. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-test-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];

/** Removes what the tests of this file made. Call it in `afterAll`. */
export async function cleanUp(): Promise<void> {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
}

/** An executable of the application in test/fixtures/rebuilder.ts, for this machine. */
export interface Fixture {
  readonly folder: string;
  readonly path: string;
  readonly version: Digest;
  readonly blob: Buffer;
}

/** The fixture for the tests of a file, and a folder for each test. */
export function fixtureForFile() {
  afterAll(cleanUp);
  return { fixture: forFile(builtFixture), folder: folderForEachTest() };
}

/** A folder that is there for one test. */
export function folderForEachTest(): () => string {
  return forEachTest(temporaryFolder, { close: (folder) => rm(folder, { recursive: true }) });
}

/** Builds the fixture, once for each test file. */
export function builtFixture(): Promise<Fixture> {
  return (fixture ??= buildFixture());
}

let fixture: Promise<Fixture> | undefined;

async function buildFixture(): Promise<Fixture> {
  const folder = await temporaryFolder();
  const blob = await fixtureBlob();
  const path = join(folder, 'rebuilder');
  const version = await rebuild(here, {
    from: { blob: bytesOf(blob) },
    output: path,
    runtimes: { source: localSource(installedRuntime) },
  });
  return { folder, path, version, blob };
}

/** The blob of the fixture: its bundle, and two assets with bytes of every kind. */
async function fixtureBlob(): Promise<Buffer> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['test/fixtures/rebuilder.ts'],
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node26',
    format: 'cjs',
    write: false,
    logLevel: 'silent',
    // As src/toolchain/bundle.ts does: some packages ask for import.meta.url, which CommonJS does not have.
    // Inside an executable's main program, `require` has no `resolve`, which npm-conf asks for.
    define: { 'import.meta.url': '__selfsameUrl', 'require.resolve.paths': 'undefined' },
    banner: { js: 'const __selfsameUrl = require("node:url").pathToFileURL(process.execPath).href;' },
  });
  const everyByte = Uint8Array.from({ length: 1021 }, (_, index) => index % 256);
  return writeBlob({
    mainPath: 'dist/rebuilder.cjs',
    code: outputFiles[0]?.contents ?? new Uint8Array(),
    assets: [
      ['z/every-byte', everyByte],
      ['a/empty', new Uint8Array()],
    ],
  });
}

/** What a run of the fixture left. */
export interface FixtureRun {
  readonly status: number;
  /** What it printed, parsed. */
  readonly answer: unknown;
  readonly stderr: string;
}

/** Runs an executable of the fixture that is for this machine. */
export async function runFixture(
  file: string,
  args: string[] = [],
  { env, cwd }: FixtureRunOptions = {},
): Promise<FixtureRun> {
  const options = { env: { ...process.env, ...env }, maxBuffer: 1 << 24, ...(cwd !== undefined && { cwd }) };
  try {
    const { stdout, stderr } = await promisify(execFile)(file, args, options);
    return { status: 0, answer: JSON.parse(stdout), stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: unknown; stdout: string; stderr: string };
    if (typeof code !== 'number') throw error;
    return { status: code, answer: stdout === '' ? undefined : JSON.parse(stdout), stderr };
  }
}

export interface FixtureRunOptions {
  /** On top of the environment of the tests. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** Runs an executable of the fixture that is for the other architecture, under qemu. */
export async function runElsewhere(
  file: string,
  args: string[] = [],
  { env, cwd }: FixtureRunOptions = {},
): Promise<FixtureRun> {
  const prefix = { QEMU_LD_PREFIX: otherMachine.libraries };
  return runFixture(otherMachine.emulator, [file, ...args], {
    env: { ...prefix, ...env },
    ...(cwd !== undefined && { cwd }),
  });
}

/** Fails unless programs of the other architecture run here. */
export function needEmulator(): void {
  needCommand(otherMachine.emulator, 'qemu-user-static');
  const packages = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1'].map(
    (name) => `${name}-${otherMachine.arch}-cross`,
  );
  const libraries = ['libc.so.6', 'libstdc++.so.6', 'libgcc_s.so.1', 'libatomic.so.1'];
  if (libraries.some((name) => !existsSync(join(otherMachine.libraries, 'lib', name)))) {
    throw new Error(`The libraries of ${elsewhere} are missing. Run: sudo apt-get install ${packages.join(' ')}`);
  }
}

/** Fails unless a command of a Debian package is there. */
export function needCommand(command: string, debianPackage: string): void {
  if (spawnSync(command, ['--version']).error) {
    throw new Error(`The command ${command} is missing. Run: sudo apt-get install ${debianPackage}`);
  }
}
