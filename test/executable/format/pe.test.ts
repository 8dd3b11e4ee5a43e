import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { dropCertificate, locatePeBlob, writeChecksum } from '../../../src/executable/format/pe.ts';
import { inspect } from '../../support/executable/lief.ts';
import { scratchFile } from '../../support/executable/scratch.ts';
import { at, tinyPe } from '../../support/executable/tiny-pe.ts';

const blob = Buffer.from('an application');

it('locatePeBlob() finds the blob among the resources', async () => {
  await using scratch = await scratchFile(tinyPe({ blob }));
  const { target, start, end } = (await locatePeBlob(scratch.file)) ?? { start: 0, end: 0 };
  expect(target).toBe('win-x64');
  expect(tinyPe({ blob }).subarray(start, end)).toEqual(blob);
});

it('locatePeBlob() finds nothing in files that are no such executable', async () => {
  const renamed = tinyPe({ blob });
  renamed.write('X', at.resources + 0xa2);
  const otherType = tinyPe({ blob });
  otherType.writeUInt32LE(11, at.resources + 16);
  const pe32 = tinyPe({ blob });
  pe32.writeUInt16LE(0x10b, at.optional);
  const contents = [
    Buffer.alloc(0),
    Buffer.from(`MZ${'.'.repeat(100)}`),
    Buffer.alloc(4096, '\x7fELF'),
    tinyPe({}),
    tinyPe({ machine: 0x14c, blob }),
    renamed,
    otherType,
    pe32,
  ];
  for (const content of contents) {
    await using scratch = await scratchFile(content);
    expect(await locatePeBlob(scratch.file)).toBeUndefined();
  }
});

it('locatePeBlob() refuses headers that contradict the file', async () => {
  const changed = (place: number, value: number): Buffer => {
    const copy = tinyPe({ blob });
    copy.writeUInt16LE(value, place);
    return copy;
  };
  const damages: [content: Buffer, message: string][] = [
    [changed(at.pe + 20, 100), 'its optional header is too short'],
    [changed(at.directories + 16, 0x9000), 'its resources lie outside of its sections'],
    [changed(at.resources + 0x50 + 14, 0), 'its blob resource is empty'],
    [tinyPe({ blob }).subarray(0, at.resources + 0x104), 'its blob ends outside of it'],
    [tinyPe({ blob }).subarray(0, at.resources + 4), 'it ends too early'],
  ];
  for (const [content, message] of damages) {
    await using scratch = await scratchFile(content);
    await expect(locatePeBlob(scratch.file)).rejects.toMatchObject({
      code: 'executable-damaged',
      message: `Cannot read the executable: ${message}`,
    });
  }
});

it('dropCertificate() takes the signature out of headers and file, and leaves a file without one as it is', async () => {
  await using scratch = await scratchFile(tinyPe({ blob, certificate: Buffer.alloc(64, 1) }));
  await dropCertificate(scratch.file);
  expect((await readFile(scratch.path)).equals(tinyPe({ blob }))).toBe(true);
  await dropCertificate(scratch.file);
  expect((await readFile(scratch.path)).equals(tinyPe({ blob }))).toBe(true);
});

it('writeChecksum() writes the checksum that LIEF finds, also for a file of an odd length', async () => {
  for (const tail of ['', 'odd']) {
    await using scratch = await scratchFile(Buffer.concat([tinyPe({ blob }), Buffer.from(tail)]));
    await writeChecksum(scratch.file);
    expect(await inspect(scratch.path)).toEqual([
      {
        format: 'PE',
        cpu: 'AMD64',
        blob: createHash('sha256').update(blob).digest('hex'),
        certificates: [0, 0],
        signatures: 0,
        checksum: true,
        overlayBytes: tail.length,
      },
    ]);
  }
});

it('dropCertificate() and writeChecksum() leave files alone that are no PE files', async () => {
  const content = Buffer.alloc(4096, '\x7fELF');
  await using scratch = await scratchFile(content);
  await dropCertificate(scratch.file);
  await writeChecksum(scratch.file);
  expect((await readFile(scratch.path)).equals(content)).toBe(true);
});
