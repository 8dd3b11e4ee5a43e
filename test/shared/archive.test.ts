import { describe, expect, it } from '@jest/globals';
import { readArchive, writeArchive } from '../../src/shared/archive.ts';

const files: [string, Uint8Array][] = [
  ['z/last', Buffer.from('last')],
  ['a ü\n', new Uint8Array()],
  ['every/byte', Uint8Array.from({ length: 256 }, (_, index) => index)],
];

function contentsOf(bytes: Uint8Array): [string, Uint8Array][] {
  return [...readArchive(bytes).files].map(([name, { start, end }]) => [name, bytes.subarray(start, end)]);
}

describe('an archive', () => {
  it('has the files, in their order', () => {
    const read = contentsOf(writeArchive(files)).map(([name, content]) => [name, Buffer.from(content).toString('hex')]);
    expect(read).toEqual(files.map(([name, content]) => [name, Buffer.from(content).toString('hex')]));
  });

  it('may be a part of other bytes', () => {
    const archive = writeArchive(files);
    const larger = Buffer.concat([Buffer.from('before'), archive, Buffer.from('after')]);
    const inside = larger.subarray(6, 6 + archive.length);
    expect(contentsOf(inside).map(([, { length }]) => length)).toEqual([4, 0, 256]);
  });

  it('may be empty', () => {
    expect(contentsOf(writeArchive([]))).toEqual([]);
  });

  it('keeps its names where files change', () => {
    const [one, other] = [writeArchive(files), writeArchive(files.map(([name]) => [name, Buffer.from('other')]))];
    const { names } = readArchive(one);
    expect(one.subarray(names.start, names.end)).toEqual(other.subarray(names.start, names.end));
  });

  it('is refused at any other length', () => {
    const archive = writeArchive(files);
    for (let length = 0; length < archive.length; length += 1) {
      expect(() => readArchive(archive.subarray(0, length))).toThrow(RangeError);
    }
    expect(() => readArchive(Buffer.concat([archive, Buffer.alloc(1)]))).toThrow(RangeError);
  });
});
