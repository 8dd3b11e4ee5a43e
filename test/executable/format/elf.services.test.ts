import { execFileSync, spawnSync } from 'node:child_process';
import { copyFile, open, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { locateElfBlob } from '../../../src/executable/format/elf.ts';
import { fuse } from '../../../src/executable/format/prefix.ts';
import { runtimes } from '../../../src/executable/runtimes/runtimes-table.ts';
import { digestOfFile } from '../../../src/shared/digest.ts';
import {
  builtFixture,
  cleanUp,
  here,
  installedRuntime,
  needCommand,
  runFixture,
  temporaryFolder,
  type Fixture,
} from '../../support/programs/executable-fixture.ts';

// postject is the oracle: it puts the same blob into the same runtime in its own way.
let ours: Fixture;
let injected: string;

beforeAll(async () => {
  needCommand('readelf', 'binutils');
  ours = await builtFixture();
  injected = join(ours.folder, 'injected');
  await inject(injected, ours.blob);
}, 120_000);

afterAll(cleanUp);

describe('an executable', () => {
  it('is an ELF file that readelf finds nothing wrong with', () => {
    const { stdout, stderr } = spawnSync('readelf', ['-hlW', ours.path], { encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toContain('Number of section headers:         0');
    const segments = [...stdout.matchAll(/^ {2}(PHDR|LOAD|NOTE) +0x(\w+) 0x(\w+) 0x\w+ 0x(\w+)/gm)].map(
      ([, type, offset = '', address = '', bytes = '']) => ({
        type,
        offset: parseInt(offset, 16),
        address: parseInt(address, 16),
        end: parseInt(address, 16) + parseInt(bytes, 16),
      }),
    );
    const loads = segments.filter(({ type }) => type === 'LOAD');
    expect(loads).toEqual(loads.toSorted((a, b) => a.address - b.address));
    const tail = loads.at(-1);
    expect(tail).toMatchObject({ offset: runtimes[here].prefix.sizeBytes, address: runtimes[here].prefix.address });
    const inTail = segments.filter(({ type }) => type === 'PHDR' || type === 'NOTE');
    expect(inTail).toHaveLength(2);
    for (const { address, end } of inTail) {
      expect(address).toBeGreaterThanOrEqual(tail?.address ?? NaN);
      expect(end).toBeLessThanOrEqual(tail?.end ?? NaN);
    }
  });

  it('carries the blob in a note, as readelf reads it', () => {
    const hex = /NODE_SEA_BLOB\s+0x[\s\S]*?description data:([0-9a-f\s]+)/.exec(notesOf(ours.path))?.[1] ?? '';
    expect(Buffer.from(hex.replaceAll(/\s/g, ''), 'hex').equals(ours.blob)).toBe(true);
  });

  it('carries the very note that postject writes', async () => {
    const [mine, theirs] = [await blobNoteIn(ours.path), await blobNoteIn(injected)];
    expect(mine.equals(theirs)).toBe(true);
    expect(mine.length).toBeGreaterThan(ours.blob.length);
  });

  it('keeps the notes of the runtime', () => {
    const buildId = (file: string) => /Build ID: (\w+)/.exec(notesOf(file))?.[1];
    expect(buildId(ours.path)).toMatch(/^[0-9a-f]{40}$/);
    expect(buildId(ours.path)).toBe(buildId(installedRuntime));
  });

  it('gives Node the same application as when postject injects it', async () => {
    const [mine, theirs] = [await runFixture(ours.path, ['assets']), await runFixture(injected, ['assets'])];
    expect(mine).toMatchObject({ status: 0, stderr: '' });
    const everyByte = Uint8Array.from({ length: 1021 }, (_, index) => index % 256);
    expect(mine.answer).toEqual({ 'a/empty': sha256(new Uint8Array()), 'z/every-byte': sha256(everyByte) });
    expect(mine).toEqual(theirs);
  });

  it('lets neither NODE_OPTIONS nor arguments reach Node', async () => {
    const foreign = join(ours.folder, 'foreign.cjs');
    await writeFile(foreign, 'console.log("foreign code ran")');
    const { answer } = await runFixture(ours.path, ['--no-warnings'], {
      env: { NODE_OPTIONS: `--require ${foreign}` },
    });
    expect(answer).toMatchObject({ argv: ['--no-warnings'], execArgv: [] });
  });

  it('survives strip, which refuses it', async () => {
    const copy = join(await temporaryFolder(), 'stripped');
    await copyFile(ours.path, copy);
    expect(spawnSync('strip', [copy]).status).not.toBe(0);
    expect(await digestOfFile(copy)).toBe(ours.version);
  });
});

describe('locateElfBlob()', () => {
  it('finds the blob in our executable and in one that postject made', async () => {
    for (const path of [ours.path, injected]) {
      await using file = await open(path);
      const found = await locateElfBlob(file);
      expect(found?.target).toBe(here);
      const bytes = (await readFile(path)).subarray(found?.start, found?.end);
      expect(bytes.equals(ours.blob)).toBe(true);
    }
  });
});

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function notesOf(file: string): string {
  return execFileSync('readelf', ['-nW', file], {
    encoding: 'utf8',
    maxBuffer: 1 << 26,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** The note with the blob, out of the segment that readelf names. For the notes themselves it trusts sections, which postject breaks. */
async function blobNoteIn(path: string): Promise<Buffer> {
  const headers = spawnSync('readelf', ['-lW', path], { encoding: 'utf8' }).stdout;
  const [, offset = '', bytes = ''] = /^ {2}NOTE +0x(\w+) 0x\w+ 0x\w+ 0x(\w+)/m.exec(headers) ?? [];
  const start = parseInt(offset, 16);
  const segment = (await readFile(path)).subarray(start, start + parseInt(bytes, 16));
  const at = segment.indexOf('NODE_SEA_BLOB\0') - 12;
  return segment.subarray(at, at + 12 + 16 + segment.readUInt32LE(at + 4));
}

/** postject into a copy of the runtime. Its WebAssembly half prints warnings that mean nothing to us. */
async function inject(path: string, blob: Buffer): Promise<void> {
  await copyFile(installedRuntime, path);
  const blobFile = `${path}.blob`;
  await writeFile(blobFile, blob);
  const program = `
    const { inject } = require(process.argv[1]);
    const [path, blob, fuse] = process.argv.slice(2);
    inject(path, 'NODE_SEA_BLOB', require('node:fs').readFileSync(blob), { sentinelFuse: fuse });`;
  const postject = createRequire(import.meta.url).resolve('postject');
  const sentinel = fuse.toString().replace(':', '');
  execFileSync(process.execPath, ['-e', program, postject, path, blobFile, sentinel], { stdio: 'ignore' });
}
