import { createHash } from 'node:crypto';
import { watch } from 'node:fs';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { injectBlob } from '../../../src/toolchain/inject/postject.ts';
import { fuse } from '../../../src/executable/format/prefix.ts';
import { goodMachO, inspect } from '../../support/executable/lief.ts';
import { scratchFile, scratchFolder } from '../../support/executable/scratch.ts';
import { tinyMachO } from '../../support/executable/tiny-macho.ts';

const blob = Buffer.from('an application');
const runtime = tinyMachO({ text: Buffer.concat([fuse, Buffer.from('0')]) });

it('injectBlob() makes a signed executable with the blob in it and the fuse flipped, the same each time', async () => {
  await using folder = await scratchFolder();
  const path = (name: string): string => join(folder.path, name);
  await writeFile(path('runtime'), runtime);
  for (const name of ['one', 'other']) {
    await injectBlob(path('runtime'), blob, { output: path(name), identifier: 'tiny' });
  }
  const made = await readFile(path('one'));
  expect(made.equals(await readFile(path('other')))).toBe(true);
  expect(made.includes(Buffer.concat([fuse, Buffer.from('1')]))).toBe(true);
  expect((await stat(path('one'))).mode & 0o777).toBe(0o755);
  expect(await inspect(path('one'))).toEqual([
    {
      ...goodMachO({ identifier: 'tiny', pages: 8 }),
      cpu: 'ARM64',
      blob: createHash('sha256').update(blob).digest('hex'),
    },
  ]);
  expect((await readdir(folder.path)).toSorted()).toEqual(['one', 'other', 'runtime']);
});

it('injectBlob() refuses runtimes that cannot carry a blob, and leaves nothing behind', async () => {
  const cases: [content: Buffer, reason: RegExp][] = [
    [Buffer.from('#!/bin/sh\n'), /Executable must be a supported format/],
    [tinyMachO({}), /Could not find the sentinel/],
    [tinyMachO({ text: Buffer.concat([fuse, Buffer.from('0')]), blob }), /already exists/],
  ];
  for (const [content, reason] of cases) {
    await using scratch = await scratchFile(content);
    const output = `${scratch.path}.out`;
    await expect(injectBlob(scratch.path, blob, { output, identifier: 'tiny' })).rejects.toMatchObject({
      code: 'runtime-refused',
      message: expect.stringMatching(reason),
    });
    expect(await readdir(dirname(output))).toEqual(['file']);
  }
});

it('injectBlob() refuses an output that cannot be written', async () => {
  await using folder = await scratchFolder();
  await using scratch = await scratchFile(runtime);
  for (const [output, reason] of [
    [join(folder.path, 'no', 'file'), 'there is no such folder'],
    [folder.path, 'it is a folder'],
  ] as const) {
    await expect(injectBlob(scratch.path, blob, { output, identifier: 'tiny' })).rejects.toMatchObject({
      code: 'output-refused',
      message: `Cannot write "${output}": ${reason}`,
    });
  }
  expect(await readdir(folder.path)).toEqual([]);
});

it('injectBlob() stops when it is told to, and leaves nothing behind', async () => {
  await using scratch = await scratchFile(runtime);
  const output = `${scratch.path}.out`;
  const stop = new AbortController();
  // The first change in the folder is the output's temporary neighbour.
  const watcher = watch(dirname(output), () => stop.abort());
  const injecting = injectBlob(scratch.path, blob, { output, identifier: 'tiny', signal: stop.signal });
  await expect(injecting.finally(() => watcher.close())).rejects.toThrow('aborted');
  expect(await readdir(dirname(output))).toEqual(['file']);
});
