import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { expect, it } from '@jest/globals';
import { signAdHoc } from '../../../src/toolchain/inject/codesign.ts';
import { goodMachO, inspect } from '../../support/executable/lief.ts';
import { scratchFile } from '../../support/executable/scratch.ts';
import { tinyMachO } from '../../support/executable/tiny-macho.ts';

const blob = Buffer.alloc(10_000, 'an application');

it('signAdHoc() writes a signature that LIEF finds and whose hashes hold, on both architectures', async () => {
  for (const [cpu, name] of [
    [0x0100000c, 'ARM64'],
    [0x01000007, 'X86_64'],
  ] as const) {
    await using scratch = await scratchFile(tinyMachO({ cpu, blob }));
    await signAdHoc(scratch.file, { identifier: 'tiny' });
    expect(await inspect(scratch.path)).toEqual([
      {
        ...goodMachO({ identifier: 'tiny', pages: 9 }),
        cpu: name,
        blob: createHash('sha256').update(blob).digest('hex'),
      },
    ]);
  }
});

it('a byte changed afterwards makes one of the hashes wrong', async () => {
  await using scratch = await scratchFile(tinyMachO({ blob }));
  await signAdHoc(scratch.file, { identifier: 'tiny' });
  await scratch.file.write(Buffer.of(0x90), 0, 1, 0x1000);
  expect(await inspect(scratch.path)).toMatchObject([{ signature: { wrongPages: 1 } }]);
});

it('signAdHoc() replaces a signature, and gives the same bytes for the same file', async () => {
  await using scratch = await scratchFile(tinyMachO({ blob }));
  await signAdHoc(scratch.file, { identifier: 'tiny' });
  const once = await readFile(scratch.path);
  await signAdHoc(scratch.file, { identifier: 'a-longer-name' });
  const other = await readFile(scratch.path);
  await signAdHoc(scratch.file, { identifier: 'tiny' });
  expect(other.equals(once)).toBe(false);
  expect((await readFile(scratch.path)).equals(once)).toBe(true);
});

it('signAdHoc() refuses what it cannot sign, and changes nothing', async () => {
  const cases: [content: Buffer, reason: string][] = [
    [Buffer.from('#!/bin/sh\n'), 'it is no Mach-O executable that ends with __LINKEDIT'],
    [Buffer.concat([tinyMachO({ blob }), Buffer.from('more')]), 'bytes follow its last segment'],
    [tinyMachO({ blob, firstSection: 32 + 152 * 2 + 72 }), 'its headers have no room for a signature'],
  ];
  for (const [content, reason] of cases) {
    await using scratch = await scratchFile(content);
    await expect(signAdHoc(scratch.file, { identifier: 'tiny' })).rejects.toMatchObject({
      code: 'runtime-refused',
      message: `Cannot sign the executable: ${reason}`,
    });
    expect((await readFile(scratch.path)).equals(content)).toBe(true);
  }
});

it('signAdHoc() stops when it is told to', async () => {
  await using scratch = await scratchFile(tinyMachO({ blob }));
  const signing = signAdHoc(scratch.file, { identifier: 'tiny', signal: AbortSignal.abort() });
  await expect(signing).rejects.toThrow('aborted');
});
