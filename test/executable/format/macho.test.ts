import { expect, it } from '@jest/globals';
import { locateMachoBlob } from '../../../src/executable/format/macho.ts';
import { scratchFile } from '../../support/executable/scratch.ts';
import { tinyMachO } from '../../support/executable/tiny-macho.ts';

const blob = Buffer.from('an application');

it('locateMachoBlob() finds the blob and says for which target the file is', async () => {
  for (const [cpu, target] of [
    [0x0100000c, 'darwin-arm64'],
    [0x01000007, 'darwin-x64'],
  ] as const) {
    await using scratch = await scratchFile(tinyMachO({ cpu, blob }));
    const { start, end, ...rest } = (await locateMachoBlob(scratch.file)) ?? { start: 0, end: 0 };
    expect(rest).toEqual({ target });
    expect(tinyMachO({ cpu, blob }).subarray(start, end)).toEqual(blob);
  }
});

it('locateMachoBlob() finds nothing in files that are no such executable', async () => {
  const contents = [
    Buffer.alloc(0),
    Buffer.from('#!/bin/sh\n'),
    Buffer.alloc(4096, '\x7fELF'),
    tinyMachO({}),
    tinyMachO({ cpu: 0x01000012, blob }),
  ];
  for (const content of contents) {
    await using scratch = await scratchFile(content);
    expect(await locateMachoBlob(scratch.file)).toBeUndefined();
  }
});

it('locateMachoBlob() refuses headers that contradict the file', async () => {
  const whole = tinyMachO({ blob });
  const changed = (at: number, value: number): Buffer => {
    const copy = Buffer.from(whole);
    copy.writeUInt32LE(value, at);
    return copy;
  };
  const damages: [content: Buffer, message: string][] = [
    [whole.subarray(0, 100), 'its load commands end outside of it'],
    [changed(32 + 4, 4), 'load command 0 has no valid length'],
    [changed(16, 99), 'load command 3 has no valid length'],
    [changed(32 + 64, 2), 'a segment is shorter than its sections'],
    [whole.subarray(0, 0x4004), 'its blob ends outside of it'],
  ];
  for (const [content, message] of damages) {
    await using scratch = await scratchFile(content);
    await expect(locateMachoBlob(scratch.file)).rejects.toMatchObject({
      code: 'executable-damaged',
      message: `Cannot read the executable: ${message}`,
    });
  }
});
