import type { FileHandle } from 'node:fs/promises';
import type { Target } from '../../shared/target.ts';
import { damagedFile, readAt } from './file-bytes.ts';

// Layout: mach-o/loader.h of Apple's xnu. All numbers are little-endian on both architectures.
const magic64 = 0xfeedfacf;
const targetOf: Readonly<Record<number, Target>> = { 0x0100000c: 'darwin-arm64', 0x01000007: 'darwin-x64' };
export const headerBytes = 32;
const segmentCommand = 0x19;
export const signatureCommand = 0x1d;

/** One load command, still as bytes. */
interface LoadCommand {
  readonly kind: number;
  /** Where it starts in the file. */
  readonly offset: number;
  readonly bytes: Buffer;
}

/** A segment: a part of the file and where it is mapped. Offsets and sizes in bytes. */
export interface Segment {
  readonly name: string;
  readonly command: LoadCommand;
  readonly fileOffset: number;
  readonly fileSize: number;
  readonly sections: readonly { readonly name: string; readonly offset: number; readonly size: number }[];
}

/** The headers of a Mach-O executable of ours. */
export interface MachO {
  readonly target: Target;
  readonly commands: readonly LoadCommand[];
  readonly segments: readonly Segment[];
}

/**
 * Reads the headers of a Mach-O file.
 *
 * @returns undefined if it is not one, or for a processor we do not build for.
 * @throws {DeployError} `executable-damaged` if the headers contradict the file.
 */
export async function readMachO(file: FileHandle): Promise<MachO | undefined> {
  const { size } = await file.stat();
  if (size < headerBytes) return undefined;
  const header = await readAt(file, { start: 0, length: headerBytes });
  const target = targetOf[header.readUInt32LE(4)];
  if (header.readUInt32LE(0) !== magic64 || target === undefined) return undefined;
  const length = header.readUInt32LE(20);
  if (headerBytes + length > size) throw damagedFile('its load commands end outside of it');
  const commands = split(await readAt(file, { start: headerBytes, length }), header.readUInt32LE(16));
  return { target, commands, segments: commands.filter(({ kind }) => kind === segmentCommand).map(segmentOf) };
}

/**
 * Finds the blob in a darwin executable: section `__NODE_SEA_BLOB` of segment `NODE_SEA`. Reads headers only.
 *
 * @returns its target and where the blob starts and ends in the file, or undefined if it is no such executable.
 * @throws {DeployError} `executable-damaged` if the headers contradict the file.
 */
export async function locateMachoBlob(
  file: FileHandle,
): Promise<{ target: Target; start: number; end: number } | undefined> {
  const macho = await readMachO(file);
  const section = macho?.segments
    .find(({ name }) => name === 'NODE_SEA')
    ?.sections.find(({ name }) => name === '__NODE_SEA_BLOB');
  if (macho === undefined || section === undefined) return undefined;
  const end = section.offset + section.size;
  if (end > (await file.stat()).size) throw damagedFile('its blob ends outside of it');
  return { target: macho.target, start: section.offset, end };
}

function split(bytes: Buffer, count: number): LoadCommand[] {
  const commands: LoadCommand[] = [];
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    const length = at + 8 <= bytes.length ? bytes.readUInt32LE(at + 4) : 0;
    if (length < 8 || at + length > bytes.length) throw damagedFile(`load command ${index} has no valid length`);
    commands.push({
      kind: bytes.readUInt32LE(at),
      offset: headerBytes + at,
      bytes: bytes.subarray(at, at + length),
    });
    at += length;
  }
  return commands;
}

function segmentOf(command: LoadCommand): Segment {
  const { bytes } = command;
  const count = bytes.length < 72 ? 0 : bytes.readUInt32LE(64);
  if (bytes.length < 72 + count * 80) throw damagedFile('a segment is shorter than its sections');
  const sections = Array.from({ length: count }, (_, index) => {
    const at = 72 + index * 80;
    return {
      name: nameAt(bytes, at),
      offset: bytes.readUInt32LE(at + 48),
      size: Number(bytes.readBigUInt64LE(at + 40)),
    };
  });
  return {
    name: nameAt(bytes, 8),
    command,
    fileOffset: Number(bytes.readBigUInt64LE(40)),
    fileSize: Number(bytes.readBigUInt64LE(48)),
    sections,
  };
}

/** A name of 16 bytes, padded with zeros. */
function nameAt(bytes: Buffer, at: number): string {
  const name = bytes.toString('latin1', at, at + 16);
  const end = name.indexOf('\0');
  return end === -1 ? name : name.slice(0, end);
}
