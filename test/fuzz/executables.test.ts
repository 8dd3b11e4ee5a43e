import type { FileHandle } from 'node:fs/promises';
import { afterAll, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { cutsIn, readBlob, writeBlob } from '../../src/executable/format/blob.ts';
import { locateElfBlob } from '../../src/executable/format/elf.ts';
import { locateMachoBlob } from '../../src/executable/format/macho.ts';
import { dropCertificate, locatePeBlob, writeChecksum } from '../../src/executable/format/pe.ts';
import { openExecutable } from '../../src/executable/self.ts';
import { filesAsset, readArchive, writeArchive } from '../../src/shared/archive.ts';
import { DeployError } from '../../src/shared/errors.ts';
import { scratchFile } from '../support/executable/scratch.ts';
import { tinyElf } from '../support/executable/tiny-elf.ts';
import { tinyMachO } from '../support/executable/tiny-macho.ts';
import { tinyPe } from '../support/executable/tiny-pe.ts';
import { itHolds } from '../support/fuzz/property.ts';

const archive = writeArchive([
  ['a.txt', Buffer.from('one')],
  ['b/c.txt', Buffer.alloc(20_000, 'two')],
]);
const blob = writeBlob({
  mainPath: 'main.cjs',
  code: Buffer.from('1'),
  assets: [
    [filesAsset, archive],
    ['other', Buffer.from('x')],
  ],
  execArgv: ['--no-warnings'],
});

/** Bytes of which some are others, or which end early. */
function changed(whole: Buffer): fc.Arbitrary<Buffer> {
  const byte = fc.nat({ max: 255 });
  const extreme = fc.constantFrom(
    [0],
    [0xff, 0xff, 0xff, 0xff],
    Array.from({ length: 8 }, () => 0xff),
    [0, 0, 0, 0x80],
  );
  const bytes = fc.oneof(extreme, fc.array(byte, { minLength: 1, maxLength: 8 }));
  // Headers come first, and are what is read.
  const at = fc.oneof(fc.nat({ max: Math.min(whole.length - 1, 600) }), fc.nat({ max: whole.length - 1 }));
  const edits = fc.array(fc.record({ at, bytes }), { minLength: 1, maxLength: 6 });
  const end = fc.oneof({ weight: 9, arbitrary: fc.constant(whole.length) }, fc.nat({ max: whole.length }));
  return fc.record({ edits, end }).map(({ edits: all, end: cut }) => {
    const copy = Buffer.from(whole);
    for (const one of all) copy.set(one.bytes.slice(0, copy.length - one.at), one.at);
    return copy.subarray(0, cut);
  });
}

const formats = [
  ['an ELF file', tinyElf({ blob }), locateElfBlob],
  ['a Mach-O file', tinyMachO({ blob }), locateMachoBlob],
  ['a PE file', tinyPe({ blob }), locatePeBlob],
] as const;

for (const [what, whole, locate] of formats) {
  itHolds(`of ${what} a blob within it is found, or none, or it is refused`, changed(whole), {
    runs: 1_000,
    async check(content) {
      const file = await fileOf(content);
      const found = await refusedOr(() => locate(file));
      if (found === undefined) return;
      expect(0 <= found.start && found.start <= found.end && found.end <= content.length).toBe(true);
    },
  });
}

itHolds('a PE file is signed off and summed up, or refused', changed(tinyPe({ blob })), {
  runs: 300,
  async check(content) {
    const file = await fileOf(content);
    await refusedOr(() => dropCertificate(file));
    await refusedOr(() => writeChecksum(file));
  },
});

itHolds('a blob is one that is written so, or refused', changed(blob), {
  runs: 5_000,
  async check(bytes) {
    const read = await refusedOr(() => readBlob(bytes));
    if (read !== undefined) expect(writeBlob(readBlob(writeBlob(read))).equals(writeBlob(read))).toBe(true);
    await refusedOr(() => cutsIn(bytes));
  },
});

itHolds('parts of an archive lie within it, or it is refused', changed(archive), {
  runs: 5_000,
  check(bytes) {
    try {
      const { names, files } = readArchive(bytes);
      for (const { start, end } of [names, ...files.values()]) {
        expect(0 <= start && start <= end && end <= bytes.length).toBe(true);
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  },
});

it.each([
  ['an offset that no number holds', (elf: Buffer) => elf.writeBigUInt64LE(2n ** 64n - 1n, 32)],
  ['a note at such an offset', (elf: Buffer) => elf.writeBigUInt64LE(2n ** 63n, 64 + 8)],
  ['notes without an end', (elf: Buffer) => elf.fill(0, 120)],
  ['a blob that no program of ours has', (elf: Buffer) => elf.writeUInt8(1, elf.indexOf(blob) + 8)],
])('an executable with %s is refused', async (_what, damage) => {
  const elf = Buffer.concat([tinyElf({ blob }), Buffer.alloc(1 << 20)]);
  elf.writeBigUInt64LE(BigInt(elf.length - 120), 64 + 32);
  damage(elf);
  await fileOf(elf);
  await expect(openExecutable(scratch.path)).rejects.toMatchObject({ code: 'executable-damaged' });
});

it('an executable that is whole is opened', async () => {
  await fileOf(tinyElf({ blob }));
  expect((await openExecutable(scratch.path)).blob.sizeBytes).toBe(blob.length);
});

const scratch = await scratchFile(Buffer.alloc(0));
afterAll(async () => scratch[Symbol.asyncDispose]());

/** One file, each time with other bytes. */
async function fileOf(content: Buffer): Promise<FileHandle> {
  await scratch.file.truncate(0);
  await scratch.file.write(content, 0, content.length, 0);
  return scratch.file;
}

async function refusedOr<T>(read: () => Promise<T> | T): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DeployError) || error.code !== 'executable-damaged') throw error;
    return undefined;
  }
}
