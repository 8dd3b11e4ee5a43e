import type { FileHandle } from 'node:fs/promises';
import { bytesOf, joined } from './bytes.ts';
import type { Bytes } from './bytes.ts';
import { blobNoteName, headerField, programHeaderBytes, readElf, segmentType, up } from './elf.ts';

/**
 * How a runtime becomes the first part of an executable, and what the second part needs to know of it.
 *
 * There is no free program header slot, so the table moves behind the last loadable segment, into one more that covers the
 * tail. The kernel before 5.18 takes the table's address for `load address + e_phoff`, so the offset in the file is
 * the offset in memory, beyond the end of .bss.
 */
export interface PrefixLayout {
  /** Of the prefix: where the tail starts in the file. */
  readonly sizeBytes: number;
  /** Where the tail starts in memory. */
  readonly address: number;
  /** How much is the runtime's, up to the end of its last segment; zeros fill up from there. */
  readonly copiedBytes: number;
  /** Of the digit that tells Node whether it carries a blob. */
  readonly fuseOffset: number;
  /** The runtime's own, base64. */
  readonly programHeaders: string;
  /** The runtime's own, base64. */
  readonly notes: string;
}

/** The fuse, up to its digit. Joined at run time: spelled out here, injectors would find it twice in an executable. */
export const fuse = Buffer.from(['NODE_SEA_FUSE', 'fce680ab2cc467b6e072b8b5df1996b2:'].join('_'));
export const fuseDigit = { plain: 0x30, carriesBlob: 0x31 } as const;

const pageBytes = 0x10000;
const flagRead = 4;

/** Works out the layout of a plain runtime whose fuse is at `fuseOffset`. */
export async function layoutOf(file: FileHandle, fuseOffset: number): Promise<PrefixLayout> {
  const elf = await readElf(file);
  const segments = elf?.programHeaders ?? [];
  const loads = segments.filter(({ type }) => type === segmentType.load);
  const [first] = loads;
  const note = segments.find(({ type }) => type === segmentType.note);
  if (first === undefined || note === undefined) throw new Error('The runtime has no loadable segment or no note');
  const address = up(Math.max(...loads.map((load) => load.address + load.memoryBytes)), pageBytes);
  const sizeBytes = address - (first.address - first.offset);
  const copiedBytes = Math.max(...loads.map((load) => load.offset + load.fileBytes));
  if (sizeBytes < copiedBytes) throw new Error('The runtime has a segment where the tail is to go');
  const notes = Buffer.alloc(up(note.fileBytes, 4));
  await file.read(notes, 0, notes.length, note.offset);
  const programHeaders = Buffer.concat(segments.map(({ raw }) => raw)).toString('base64');
  return { sizeBytes, address, copiedBytes, fuseOffset, programHeaders, notes: notes.toString('base64') };
}

/** Turns the bytes of a plain runtime into those of the prefix, as they pass; what follows the last segment is read and left out. */
export async function* prefixOf(runtime: AsyncIterable<Uint8Array>, layout: PrefixLayout): AsyncGenerator<Uint8Array> {
  const patches = patchesOf(layout);
  let at = 0;
  for await (const chunk of runtime) {
    const kept = chunk.subarray(0, Math.max(layout.copiedBytes - at, 0));
    for (const [offset, bytes] of patches) {
      // A patch may lie across two chunks.
      for (const [index, byte] of bytes.entries()) {
        const position = offset + index - at;
        if (position >= 0 && position < kept.length) kept[position] = byte;
      }
    }
    at += chunk.length;
    if (kept.length > 0) yield kept;
  }
  if (at >= layout.copiedBytes) yield Buffer.alloc(layout.sizeBytes - layout.copiedBytes);
}

function patchesOf({ sizeBytes, fuseOffset, programHeaders }: PrefixLayout): [offset: number, bytes: Buffer][] {
  const tableOffset = Buffer.alloc(8);
  tableOffset.writeBigUInt64LE(BigInt(sizeBytes));
  const count = Buffer.alloc(2);
  count.writeUInt16LE(headersIn(programHeaders).length + 1);
  return [
    [headerField.programHeaders, tableOffset],
    [headerField.programHeaderCount, count],
    // The sections lay behind the last segment. Without any, `strip` refuses and leaves the file whole.
    [headerField.sections, Buffer.alloc(8)],
    [headerField.sectionCount, Buffer.alloc(2)],
    [headerField.sectionNames, Buffer.alloc(2)],
    [fuseOffset, Buffer.of(fuseDigit.carriesBlob)],
  ];
}

/** The second part of an executable: program headers, notes and the blob, up to the end of the file. */
export function tailOf(layout: PrefixLayout, blob: Bytes): Bytes {
  return joined([bytesOf(tailHeadOf(layout, blob.sizeBytes)), blob, bytesOf(Buffer.alloc(paddingOf(blob.sizeBytes)))]);
}

/** Where the blob starts in an executable of this layout. */
export function blobStartOf(layout: PrefixLayout): number {
  return layout.sizeBytes + tailHeadOf(layout, 0).length;
}

/** What precedes the blob in the tail. */
function tailHeadOf(layout: PrefixLayout, blobBytes: number): Buffer {
  const old = headersIn(layout.programHeaders);
  const tableBytes = (old.length + 1) * programHeaderBytes;
  const notes = Buffer.concat([Buffer.from(layout.notes, 'base64'), blobNoteHeader(blobBytes)]);
  const tailBytes = tableBytes + notes.length + blobBytes + paddingOf(blobBytes);
  const segment = (type: number, from: number, to: number, alignment: number) =>
    segmentHeader(type, layout.sizeBytes + from, layout.address + from, to - from, alignment);
  // In ascending order of addresses, as the ABI wants PT_LOAD: the tail's own comes after the last.
  const lastLoad = old.findLastIndex((raw) => raw.readUInt32LE(0) === segmentType.load);
  const table = old.flatMap((raw, index) => {
    const type = raw.readUInt32LE(0);
    if (type === segmentType.programHeaders) return [segment(type, 0, tableBytes, 8)];
    // Alignment 4: with 8 Node would look for the blob at another place.
    if (type === segmentType.note) return [segment(type, tableBytes, tailBytes, 4)];
    return index === lastLoad ? [raw, segment(segmentType.load, 0, tailBytes, pageBytes)] : [raw];
  });
  return Buffer.concat([...table, notes]);
}

function headersIn(base64: string): Buffer[] {
  const all = Buffer.from(base64, 'base64');
  return Array.from({ length: all.length / programHeaderBytes }, (_, index) =>
    all.subarray(index * programHeaderBytes, (index + 1) * programHeaderBytes),
  );
}

function segmentHeader(type: number, offset: number, address: number, bytes: number, alignment: number): Buffer {
  const raw = Buffer.alloc(programHeaderBytes);
  raw.writeUInt32LE(type, 0);
  raw.writeUInt32LE(flagRead, 4);
  for (const [index, value] of [offset, address, address, bytes, bytes, alignment].entries()) {
    raw.writeBigUInt64LE(BigInt(value), 8 + index * 8);
  }
  return raw;
}

function blobNoteHeader(blobBytes: number): Buffer {
  const header = Buffer.alloc(12 + up(blobNoteName.length, 4));
  header.writeUInt32LE(blobNoteName.length, 0);
  header.writeUInt32LE(blobBytes, 4);
  blobNoteName.copy(header, 12);
  return header;
}

function paddingOf(blobBytes: number): number {
  return up(blobBytes, 4) - blobBytes;
}
