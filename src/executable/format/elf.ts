import type { FileHandle } from 'node:fs/promises';
import type { LinuxTarget } from '../../shared/target.ts';
import { damagedFile, readAt } from './file-bytes.ts';

/** What we need of a 64-bit little-endian ELF file (System V ABI, chapter 4 and 5). */
export interface Elf {
  /** Undefined for a machine that is none of our targets. */
  readonly target: LinuxTarget | undefined;
  readonly programHeaders: readonly ProgramHeader[];
}

interface ProgramHeader {
  readonly type: number;
  /** Where its bytes lie in the file, and how many. */
  readonly offset: number;
  readonly fileBytes: number;
  /** Where they come to lie in memory, and how many, zeros of .bss included. */
  readonly address: number;
  readonly memoryBytes: number;
  /** The header itself. */
  readonly raw: Buffer;
}

export const segmentType = { load: 1, note: 4, programHeaders: 6 } as const;
const headerBytes = 64;
export const programHeaderBytes = 56;
/** Offsets in the ELF header. */
export const headerField = {
  programHeaders: 32,
  sections: 40,
  programHeaderCount: 56,
  sectionCount: 60,
  sectionNames: 62,
} as const;
/** Node.js has three. */
const mostNotes = 1_000;
/** The note's name, as Node looks for it; 14 bytes, in a note padded to 16. */
export const blobNoteName = Buffer.from('NODE_SEA_BLOB\0');

const machines: Readonly<Record<number, LinuxTarget>> = { 62: 'linux-x64', 183: 'linux-arm64' };

/**
 * Reads a file's ELF header and program headers, a few hundred bytes.
 *
 * @returns undefined if it is no such file.
 * @throws {DeployError} `executable-damaged` if the headers contradict the file.
 */
export async function readElf(file: FileHandle): Promise<Elf | undefined> {
  if ((await file.stat()).size < headerBytes) return undefined;
  const header = await readAt(file, { start: 0, length: headerBytes });
  if (!isElf(header)) return undefined;
  const offset = Number(header.readBigUInt64LE(headerField.programHeaders));
  const count = header.readUInt16LE(headerField.programHeaderCount);
  const table = await readAt(file, { start: offset, length: count * programHeaderBytes });
  const programHeaders = Array.from({ length: count }, (_, index) => {
    const raw = table.subarray(index * programHeaderBytes, (index + 1) * programHeaderBytes);
    const field = (at: number) => Number(raw.readBigUInt64LE(at));
    const [type, memoryBytes] = [raw.readUInt32LE(0), field(40)];
    return { type, offset: field(8), address: field(16), fileBytes: field(32), memoryBytes, raw };
  });
  return { target: targetOf(header), programHeaders };
}

/** True for the first bytes of a 64-bit little-endian ELF file. */
export function isElf(start: Uint8Array): boolean {
  return (
    start.length >= headerBytes && Buffer.from(start.subarray(0, 6)).equals(Buffer.from('\x7fELF\x02\x01', 'latin1'))
  );
}

/** The target whose machine an ELF header names. */
export function targetOf(header: Uint8Array): LinuxTarget | undefined {
  return machines[new DataView(header.buffer, header.byteOffset).getUint16(18, true)];
}

/**
 * Finds the blob in an ELF executable, ours or one that postject made. Reads headers only.
 *
 * @returns its target and where the blob starts and ends in the file, or undefined if it is no such executable.
 * @throws {DeployError} `executable-damaged` if the headers contradict the file.
 */
export async function locateElfBlob(
  file: FileHandle,
): Promise<{ target: LinuxTarget; start: number; end: number } | undefined> {
  const elf = await readElf(file);
  if (elf?.target === undefined) return undefined;
  let notes = 0;
  for (const { type, offset, fileBytes } of elf.programHeaders) {
    if (type !== segmentType.note) continue;
    const end = offset + fileBytes;
    for (let at = offset; at + 12 <= end;) {
      notes += 1;
      if (notes > mostNotes) throw damagedFile('it has too many notes');
      const note = await readAt(file, { start: at, length: 12 });
      const [nameBytes, contentBytes] = [note.readUInt32LE(0), note.readUInt32LE(4)];
      const start = at + 12 + up(nameBytes, 4);
      if (nameBytes === blobNoteName.length) {
        const name = await readAt(file, { start: at + 12, length: nameBytes });
        if (name.equals(blobNoteName)) return within(file, { target: elf.target, start, end: start + contentBytes });
      }
      at = start + up(contentBytes, 4);
    }
  }
  return undefined;
}

async function within<T extends { end: number }>(file: FileHandle, located: T): Promise<T> {
  if (located.end > (await file.stat()).size) throw damagedFile('its blob ends outside of it');
  return located;
}

/** The next multiple. */
export function up(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
