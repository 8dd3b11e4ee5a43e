import type { FileHandle } from 'node:fs/promises';
import type { Target } from '../../shared/target.ts';
import { damagedFile, readAt, writeAt } from './file-bytes.ts';

// Layout: https://learn.microsoft.com/windows/win32/debug/pe-format
const machineX64 = 0x8664;
const pe32Plus = 0x20b;
const resourceEntry = 2;
const certificateEntry = 4;
const resourceData = 10; // RT_RCDATA
const subfolder = 0x80000000;
const chunkBytes = 1 << 20;
const blobName = 'NODE_SEA_BLOB';
/** Node.js has some ten resources. */
const mostResources = 1_000;

/** The headers of a PE executable of ours. Offsets and sizes in bytes. */
interface Headers {
  readonly checksumAt: number;
  /** Where entry 0 of the data directories is: 8 bytes each, an address and a size. */
  readonly directoriesAt: number;
  readonly directories: Buffer;
  readonly sections: readonly { readonly address: number; readonly offset: number; readonly size: number }[];
}

/**
 * Finds the blob in a Windows executable: resource `NODE_SEA_BLOB` of type RT_RCDATA. Reads headers only.
 *
 * @returns its target and where the blob starts and ends in the file, or undefined if it is no such executable.
 * @throws {DeployError} `executable-damaged` if the headers contradict the file.
 */
export async function locatePeBlob(
  file: FileHandle,
): Promise<{ target: Target; start: number; end: number } | undefined> {
  const headers = await readHeaders(file);
  const address = headers && directory(headers, resourceEntry).address;
  if (headers === undefined || address === undefined || address === 0) return undefined;
  const base = offsetOf(headers, address);

  // Three levels: type, name, language. There is one language, the neutral one.
  const types = await readFolder(file, base, 0);
  const names = types.find(({ id }) => id === resourceData);
  if (names === undefined) return undefined;
  for (const { nameAt, child } of await readFolder(file, base, names.child)) {
    if (nameAt !== undefined && (await isNamed(file, base + nameAt))) {
      const [language] = await readFolder(file, base, child);
      if (language === undefined) throw damagedFile('its blob resource is empty');
      const entry = await readAt(file, { start: base + language.child, length: 16 });
      const start = offsetOf(headers, entry.readUInt32LE(0));
      const end = start + entry.readUInt32LE(4);
      if (end > (await file.stat()).size) throw damagedFile('its blob ends outside of it');
      return { target: 'win-x64', start, end };
    }
  }
  return undefined;
}

/**
 * Drops the Authenticode signature of a PE file, in place: its entry in the headers and the certificates at the end of
 * the file. It covers bytes that an injected blob changes, and a stale one is worse than none.
 *
 * @param file open for reading and writing.
 */
export async function dropCertificate(file: FileHandle): Promise<void> {
  const headers = await readHeaders(file);
  if (headers === undefined) return;
  // This one address is an offset in the file.
  const { address: start, size } = directory(headers, certificateEntry);
  if (start === 0) return;
  await writeAt(file, headers.directoriesAt + certificateEntry * 8, Buffer.alloc(8));
  if (start + size === (await file.stat()).size) await file.truncate(start);
}

/**
 * Makes the checksum in the headers of a PE file right, in place. Windows checks it for drivers only, but scanners and
 * signing tools report a wrong one.
 *
 * @param file open for reading and writing.
 */
export async function writeChecksum(file: FileHandle, signal?: AbortSignal): Promise<void> {
  const headers = await readHeaders(file);
  if (headers === undefined) return;
  await writeAt(file, headers.checksumAt, Buffer.alloc(4));
  const { size } = await file.stat();
  let sum = 0;
  for (let start = 0; start < size; start += chunkBytes) {
    signal?.throwIfAborted();
    const length = Math.min(chunkBytes, size - start);
    const chunk = Buffer.concat([await readAt(file, { start, length }), Buffer.alloc(length % 2)]);
    for (let at = 0; at < chunk.length; at += 2) sum += chunk.readUInt16LE(at);
  }
  // Carries are folded in last: a sum of 16-bit words of any file stays far below 2^53.
  while (sum > 0xffff) sum = (sum % 0x10000) + Math.floor(sum / 0x10000);
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32LE(sum + size);
  await writeAt(file, headers.checksumAt, checksum);
}

async function readHeaders(file: FileHandle): Promise<Headers | undefined> {
  const { size } = await file.stat();
  if (size < 64) return undefined;
  const dos = await readAt(file, { start: 0, length: 64 });
  const start = dos.readUInt32LE(60);
  if (dos.toString('latin1', 0, 2) !== 'MZ' || start + 24 > size) return undefined;
  const coff = await readAt(file, { start, length: 24 });
  const optionalBytes = coff.readUInt16LE(20);
  if (coff.toString('latin1', 0, 4) !== 'PE\0\0' || coff.readUInt16LE(4) !== machineX64) return undefined;
  if (optionalBytes < 112) throw damagedFile('its optional header is too short');
  const optional = await readAt(file, { start: start + 24, length: optionalBytes });
  if (optional.readUInt16LE(0) !== pe32Plus) return undefined;

  const count = coff.readUInt16LE(6);
  const table = await readAt(file, { start: start + 24 + optionalBytes, length: count * 40 });
  return {
    checksumAt: start + 24 + 64,
    directoriesAt: start + 24 + 112,
    directories: optional.subarray(112, 112 + optional.readUInt32LE(108) * 8),
    sections: Array.from({ length: count }, (_, index) => ({
      address: table.readUInt32LE(index * 40 + 12),
      size: table.readUInt32LE(index * 40 + 16),
      offset: table.readUInt32LE(index * 40 + 20),
    })),
  };
}

function directory({ directories }: Headers, entry: number): { address: number; size: number } {
  if (directories.length < entry * 8 + 8) return { address: 0, size: 0 };
  return { address: directories.readUInt32LE(entry * 8), size: directories.readUInt32LE(entry * 8 + 4) };
}

/** Where in the file something mapped at `address` is. */
function offsetOf({ sections }: Headers, address: number): number {
  const section = sections.find((one) => one.address <= address && address < one.address + one.size);
  if (section === undefined) throw damagedFile('its resources lie outside of its sections');
  return address - section.address + section.offset;
}

/** One level of the resource tree. Places are relative to the tree's start. */
async function readFolder(
  file: FileHandle,
  base: number,
  at: number,
): Promise<{ id?: number; nameAt?: number; child: number }[]> {
  const header = await readAt(file, { start: base + at, length: 16 });
  const count = header.readUInt16LE(12) + header.readUInt16LE(14);
  if (count > mostResources) throw damagedFile('it has too many resources');
  const entries = await readAt(file, { start: base + at + 16, length: count * 8 });
  return Array.from({ length: count }, (_, index) => {
    const key = entries.readUInt32LE(index * 8);
    const child = entries.readUInt32LE(index * 8 + 4) % subfolder;
    return key >= subfolder ? { nameAt: key - subfolder, child } : { id: key, child };
  });
}

/** True if the name there is that of the blob. */
async function isNamed(file: FileHandle, start: number): Promise<boolean> {
  const length = (await readAt(file, { start, length: 2 })).readUInt16LE(0);
  if (length !== blobName.length) return false;
  return (await readAt(file, { start: start + 2, length: length * 2 })).toString('utf16le') === blobName;
}
