import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { DeployError } from '../../shared/errors.ts';
import { up } from '../../executable/format/elf.ts';
import { headerBytes, readMachO, signatureCommand, type MachO, type Segment } from '../../executable/format/macho.ts';
import { readAt, writeAt } from '../../executable/format/file-bytes.ts';

// Layout: osfmk/kern/cs_blobs.h of Apple's xnu. Signatures are big-endian, load commands little-endian.
const superBlobMagic = 0xfade0cc0;
const directoryMagic = 0xfade0c02;
const directoryVersion = 0x20400;
const directoryBytes = 88;
const superBlobBytes = 20;
const hashBytes = 32;
const sha256 = 2;
const mainBinary = 1;

// Hashes are over pages of 4096 bytes on both architectures, as Apple's linker and codesign write them, arm64's larger
// memory pages notwithstanding.
const pageBits = 12;
const pageBytes = 1 << pageBits;

// What Apple's linker and those of LLVM, Go and Zig write: one code directory, ad hoc, "signed by a linker". The second
// flag lets codesign replace the signature by a real one without --force. No hardened runtime (0x10000): V8 then may make
// its code at run time without the entitlement allow-jit, which Node's own, hardened signature carries; so no entitlements,
// and no requirements, since there is no certificate to require.
const flags = 0x2 | 0x20000;

/** Bytes read at a time: a multiple of the page, so that only the last page may be short. */
const chunkBytes = 1 << 20;

/**
 * Signs a Mach-O executable ad hoc, in place, as macOS on arm64 demands of every program. A signature that is there is
 * replaced. The same file and identifier give the same bytes on every host. The file is streamed; of it, its hashes are held,
 * 32 bytes a page.
 *
 * @param file open for reading and writing; nothing else may read it meanwhile.
 * @param identifier what macOS calls the program, e.g. `hello-world`.
 * @throws {DeployError} `runtime-refused` if it is no Mach-O file for one of our targets, or has no room for a signature.
 */
export async function signAdHoc(
  file: FileHandle,
  { identifier, signal }: { readonly identifier: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const macho = await readMachO(file);
  const text = macho?.segments.find(({ name }) => name === '__TEXT');
  const linkEdit = macho?.segments.at(-1);
  if (macho === undefined || text === undefined || linkEdit?.name !== '__LINKEDIT') {
    throw refused('it is no Mach-O executable that ends with __LINKEDIT');
  }
  const { size } = await file.stat();
  if (linkEdit.fileOffset + linkEdit.fileSize !== size) throw refused('bytes follow its last segment');

  const old = macho.commands.find(({ kind }) => kind === signatureCommand);
  const codeLimit = old ? old.bytes.readUInt32LE(8) : up(size, 16);
  const name = Buffer.from(`${identifier}\0`);
  const pages = Math.ceil(codeLimit / pageBytes);
  const length = superBlobBytes + directoryBytes + name.length + pages * hashBytes;
  const end = codeLimit + up(length, 16);

  const headers = await headersFor(file, { macho, linkEdit, codeLimit, end });
  await file.truncate(codeLimit);
  await file.truncate(end);
  await writeAt(file, 0, headers);

  const directory = Buffer.alloc(directoryBytes);
  [
    directoryMagic,
    length - superBlobBytes,
    directoryVersion,
    flags,
    directoryBytes + name.length,
    directoryBytes,
    0, // special slots
    pages,
    codeLimit,
  ].forEach((value, index) => directory.writeUInt32BE(value, index * 4));
  directory.set([hashBytes, sha256, 0, pageBits], 36);
  directory.writeBigUInt64BE(BigInt(text.fileOffset), 64);
  directory.writeBigUInt64BE(BigInt(text.fileSize), 72);
  directory.writeBigUInt64BE(BigInt(mainBinary), 80);

  const superBlob = Buffer.alloc(superBlobBytes);
  [superBlobMagic, length, 1, 0, superBlobBytes].forEach((value, index) => superBlob.writeUInt32BE(value, index * 4));
  const hashes = await hashPages(file, { codeLimit, signal });
  await writeAt(file, codeLimit, Buffer.concat([superBlob, directory, name, ...hashes]));
}

/** The headers in which __LINKEDIT covers the signature and a load command points at it; it is added where there is none. */
async function headersFor(
  file: FileHandle,
  { macho, linkEdit, codeLimit, end }: { macho: MachO; linkEdit: Segment; codeLimit: number; end: number },
): Promise<Buffer> {
  const fileSize = end - linkEdit.fileOffset;
  linkEdit.command.bytes.writeBigUInt64LE(BigInt(fileSize), 48);
  linkEdit.command.bytes.writeBigUInt64LE(BigInt(up(fileSize, macho.target === 'darwin-arm64' ? 0x4000 : 0x1000)), 32);

  const command = Buffer.alloc(16);
  [signatureCommand, 16, codeLimit, end - codeLimit].forEach((value, index) => command.writeUInt32LE(value, index * 4));
  const others = macho.commands.filter(({ kind }) => kind !== signatureCommand).map(({ bytes }) => bytes);
  const commands = Buffer.concat([...others, command]);

  const header = await readAt(file, { start: 0, length: headerBytes });
  const before = headerBytes + header.readUInt32LE(20);
  const starts = macho.segments.flatMap(({ sections }) => sections.map(({ offset }) => offset)).filter((at) => at > 0);
  const room = Math.min(...starts);
  const after = headerBytes + commands.length;
  const free = after > before ? await readAt(file, { start: before, length: after - before }) : Buffer.alloc(0);
  if (after > room || free.some((byte) => byte !== 0)) throw refused('its headers have no room for a signature');

  header.writeUInt32LE(others.length + 1, 16);
  header.writeUInt32LE(commands.length, 20);
  return Buffer.concat([header, commands]);
}

async function hashPages(
  file: FileHandle,
  { codeLimit, signal }: { codeLimit: number; signal?: AbortSignal | undefined },
): Promise<Buffer[]> {
  const hashes: Buffer[] = [];
  for (let start = 0; start < codeLimit; start += chunkBytes) {
    signal?.throwIfAborted();
    const chunk = await readAt(file, { start, length: Math.min(chunkBytes, codeLimit - start) });
    for (let at = 0; at < chunk.length; at += pageBytes) {
      hashes.push(
        createHash('sha256')
          .update(chunk.subarray(at, at + pageBytes))
          .digest(),
      );
    }
  }
  return hashes;
}

function refused(reason: string): DeployError {
  return new DeployError('runtime-refused', `Cannot sign the executable: ${reason}`, {
    hint: 'Start from the runtime that Node.js publishes for macOS.',
  });
}
