import { blobNoteName } from '../../../src/executable/format/elf.ts';

/** The smallest ELF file with a blob: a header, one program header, and a note. */
export function tinyElf({ blob }: { readonly blob: Buffer }): Buffer {
  const header = Buffer.alloc(120);
  header.write('\x7fELF\x02\x01', 'latin1');
  header.writeUInt16LE(62, 18);
  header.writeBigUInt64LE(64n, 32);
  header.writeUInt16LE(1, 56);
  const note = Buffer.alloc(28);
  note.writeUInt32LE(blobNoteName.length, 0);
  note.writeUInt32LE(blob.length, 4);
  blobNoteName.copy(note, 12);
  header.writeUInt32LE(4, 64);
  header.writeBigUInt64LE(120n, 64 + 8);
  header.writeBigUInt64LE(BigInt(note.length + blob.length), 64 + 32);
  return Buffer.concat([header, note, blob]);
}
