import { createHash } from 'node:crypto';
import { appendFile, copyFile, mkdir, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, zstdCompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bufferOf } from '../../src/executable/format/bytes.ts';
import { artifactFor, type LinuxArtifact } from '../../src/executable/rebuild.ts';
import { runtimes } from '../../src/executable/runtimes/runtimes-table.ts';
import { megabytes } from '../../runner/stock/reason.ts';
import { openExecutable } from '../../src/executable/self.ts';
import { digestOfFile } from '../../src/shared/digest.ts';
import { here as target, installedRuntime } from '../support/programs/executable-fixture.ts';
import { helloExecutable } from '../support/programs/executables.ts';
import { give, serveAnswers } from '../support/runner/misbehaving-server.ts';
import {
  type EndedRunner,
  here,
  place,
  type RunnerPlace,
  startRunner,
  type RunnerUnderTest,
  stockRunner,
} from '../support/runner/runner.ts';

const { prefix } = runtimes[target];

/** With a real executable, which consists of the Node.js that runs the runner and an application. */
describe('the stock runner', () => {
  let home: string;
  let artifact: LinuxArtifact;
  let blob: Buffer;
  let whole: Buffer;

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'selfsame-stock-'));
    const executable = await openExecutable(helloExecutable);
    blob = await bufferOf(executable.blob);
    artifact = await artifactFor(target, { name: 'app', from: executable });
    whole = await readFile(helloExecutable);
  });
  afterAll(() => rm(home, { recursive: true }));

  it('makes the executable of a folder and its own Node.js: the same bytes, without a network', async () => {
    await using at = await fromFolder();
    const end = await ask(at);
    expect(end).toMatchObject({ status: 0, reason: '', files: ['app'] });
    expect(end.output).toMatch(/made app in \d+\.\d s, verified [0-9a-f]{12} in \d+\.\d s\n/);
    expect(end.output).not.toContain('Warning');
    // Said by the application, which it became.
    expect(end.output).toContain(`${artifact.version}\n`);
    expect(await digestOfFile(join(at.dir, 'app'))).toBe(await digestOfFile(helloExecutable));
    expect((await stat(join(at.dir, 'app'))).mode & 0o777).toBe(0o555);
  });

  it('needs no folder when the container restarts', async () => {
    await using at = await fromFolder();
    await ask(at);
    at.environment['SELFSAME_BLOB_DIR'] = '/does/not/exist';
    const end = await ask(at);
    expect(end.status).toBe(0);
    expect(end.output).toMatch(/found app, verified/);
  });

  it('fetches the rest alone from a store, and goes on where the container ended', async () => {
    await using server = await serveAnswers(give(whole));
    await using at = await fromStore(server.url);
    const ended = await ask(at);
    // How far it is, it prints each second: on a machine under load, also here.
    const output = ended.output.replaceAll(/^.* MB are here \(\d+ %\)\n/gm, '');
    const [own, rest] = [prefix.sizeBytes, whole.length - prefix.sizeBytes].map(megabytes);
    expect(output).toContain(`MB, of which ${own} MB are here)\n`);
    expect(output).toMatch(new RegExp(`^selfsame runner: fetched ${rest} MB in `, 'm'));
    await rm(join(at.dir, 'app'));
    await writeFile(join(at.dir, 'app.part'), whole.subarray(0, prefix.sizeBytes + 1000));
    const again = await ask(at);
    expect([ended.status, again.status]).toEqual([0, 0]);
    const ranges = server.exchanges.map(({ range }) => range);
    expect(ranges).toEqual([`bytes=${prefix.sizeBytes}-`, `bytes=${prefix.sizeBytes + 1000}-`]);
    expect(server.exchanges[0]?.sentBytes).toBeLessThan(4_000_000);
  });

  it.each<[string, number, RegExp, (folder: string) => Promise<void> | void, Record<string, string>?]>([
    ['that is empty', 66, /holds no application/, async (folder) => rm(folder, { recursive: true })],
    ['without its first piece', 66, /piece 0 is missing/, async (folder) => rm(join(folder, '000'))],
    ['with a piece cut short', 72, /damaged/, async (folder) => writeFile(join(folder, '002'), '')],
    ['with damaged bytes', 72, /damaged|wrong SHA-256/, async (folder) => flip(join(folder, '001'), 1000)],
    ['of another application', 72, /wrong SHA-256: the application in/, none, { SELFSAME_BLOB_SHA256: '1'.repeat(64) }],
    ['that is longer than told', 71, /more than 1000 bytes/, none, { SELFSAME_BLOB_SIZE: '1000' }],
    [
      'of another version',
      72,
      /wrong SHA-256: what was made of .* not 2{64}/,
      none,
      { [`SELFSAME_SHA256_${here}`]: '2'.repeat(64) },
    ],
  ])('runs nothing of a folder %s', async (_, status, reason, change, environment = {}) => {
    await using at = await fromFolder();
    await change(at.environment['SELFSAME_BLOB_DIR'] ?? '');
    Object.assign(at.environment, environment);
    const end = await ask(at);
    expect(end).toMatchObject({ status, ran: undefined });
    expect(end.reason).toMatch(reason);
    expect(end.reason).toMatch(/^selfsame runner: .*\n$/);
    expect(end.files).not.toContain('app');
  });

  describe('in an image with', () => {
    it.each<[string, RegExp, (node: string) => Promise<void>]>([
      [
        'another build of Node.js',
        /has another build of Node\.js v\S+ \(\d+ bytes, not \d+\)/,
        (node) => appendFile(node, '\n'),
      ],
      ['a damaged Node.js', /has a Node\.js v\S+ with other bytes than the official one/, flipBuildId],
    ])('%s, says so, and fetches the whole where it can', async (_, reason, change) => {
      const node = join(home, 'node');
      await copyFile(installedRuntime, node);
      await change(node);
      const runner = { ...stockRunner, command: [node, ...stockRunner.command.slice(1)] };

      await using alone = await fromFolder();
      const refused = await ask(alone, runner);
      expect(refused).toMatchObject({ status: 76, files: [] });
      expect(refused.reason).toMatch(/^selfsame runner: no matching Node\.js in this image: it .*\n$/);
      expect(refused.reason).toMatch(reason);

      await using server = await serveAnswers(give(whole));
      await using at = await fromStore(server.url);
      const fetched = await ask(at, runner);
      expect(fetched.status).toBe(0);
      expect(fetched.output).toMatch(reason);
      expect(fetched.output).toContain(': fetching the whole\n');
      expect(server.exchanges.map(({ range }) => range)).toEqual([undefined]);
    });

    it('the Node.js of another version, says which one it needs', async () => {
      await using at = await fromFolder({ [`SELFSAME_PREFIX_SHA256_${here}`]: '3'.repeat(64) });
      expect(await ask(at)).toMatchObject({
        status: 76,
        reason: expect.stringMatching(/the executable another one\n$/),
      });
    });

    it('one that cannot become another program, says so before it fetches anything', async () => {
      const old = join(home, 'old.cjs');
      await writeFile(old, 'delete process.execve; Object.defineProperty(process, "version", { value: "v20.20.2" });');
      const [node = '', ...words] = stockRunner.command;
      await using at = await fromStore('http://127.0.0.1:1/app');
      const end = await ask(at, { ...stockRunner, command: [node, '--require', old, ...words] });
      expect(end).toMatchObject({ status: 76, files: [] });
      expect(end.reason).toMatch(/it has Node\.js v20\.20\.2, not v26\.\d+\.\d+, and cannot become another program/);
    });
  });

  it('gives the application what `node` itself would have obeyed', async () => {
    await using server = await serveAnswers(give(shell));
    await using at = await place(server.url, shell);
    Object.assign(at.environment, { SELFSAME_ENV_NODE_OPTIONS: '--no-such-option', SELFSAME_ENV_PATH: '/nowhere' });
    const end = await startRunner(at, [], { runner: stockRunner });
    expect(end.ran).toMatch(/^NODE_OPTIONS=--no-such-option$/m);
    expect(end.ran).toMatch(/^PATH=\/nowhere$/m);
    expect(end.ran).not.toContain('SELFSAME_ENV_');
  });

  /** A place with the application in a folder, as the pieces of a volume, and no URL. */
  async function fromFolder(more: Record<string, string> = {}): Promise<RunnerPlace> {
    const at = await place('', whole);
    const folder = join(at.dir, '..', 'blob');
    await mkdir(folder);
    const packed = zstdCompressSync(blob, { params: { [constants.ZSTD_c_compressionLevel]: 1 } });
    const pieceBytes = Math.ceil(packed.length / 3);
    for (const index of [0, 1, 2]) {
      await writeFile(join(folder, `00${index}`), packed.subarray(index * pieceBytes, (index + 1) * pieceBytes));
    }
    Object.assign(at.environment, {
      SELFSAME_BLOB_DIR: folder,
      SELFSAME_BLOB_SHA256: createHash('sha256').update(blob).digest('hex'),
      SELFSAME_BLOB_SIZE: String(blob.length),
      [`SELFSAME_PREFIX_SHA256_${here}`]: prefix.digest,
      ...more,
    });
    return at;
  }

  async function fromStore(url: string): Promise<RunnerPlace> {
    const at = await place(url, whole);
    at.environment[`SELFSAME_PREFIX_SHA256_${here}`] = prefix.digest;
    at.environment[`SELFSAME_PREFIX_SIZE_${here}`] = String(prefix.sizeBytes);
    return at;
  }
});

/** Lets the application say its version. */
const ask = async (at: RunnerPlace, runner: RunnerUnderTest = stockRunner): Promise<EndedRunner> =>
  startRunner(at, ['--version-hash'], { runner });

const shell = Buffer.from('#!/bin/sh\n/usr/bin/env >"$MARKER"\n');

function none(): void {}

/** A byte that Node.js itself does not need. */
async function flipBuildId(node: string): Promise<void> {
  const notes = Buffer.from(prefix.notes, 'base64');
  const file = await open(node);
  const start = Buffer.alloc(4096);
  await file.read(start, 0, start.length, 0);
  await file.close();
  const at = start.indexOf(notes);
  expect(at).toBeGreaterThan(0);
  await flip(node, at + 20);
}

async function flip(path: string, at: number): Promise<void> {
  const file = await open(path, 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, at);
  await file.write(Buffer.of((byte[0] ?? 0) ^ 1), 0, 1, at);
  await file.close();
}
