// The files of an application as one asset of its executable. Node.js (26.10) copies the list of all assets whenever one is asked for, which
// with some thousands takes 0.1 ms, and reads through the whole executable to make it.

/** The asset of an executable that is an archive. */
export const filesAsset = 'files';

/** Where a part of an archive lies: the offset of its first byte, and of what follows its last one. */
export interface ArchivePart {
  readonly start: number;
  readonly end: number;
}

/** An archive that was read. */
export interface Archive {
  /** The list of names, which stays as it is while files change. */
  readonly names: ArchivePart;
  /** By name, in their order. */
  readonly files: ReadonlyMap<string, ArchivePart>;
}

const headBytes = 8;

/**
 * Writes an archive: two numbers of 32 bits (how many files, and how many bytes their names take), the names with a NUL after each, the sizes of
 * the files (32 bits each), and the files. All numbers are little-endian.
 */
export function writeArchive(files: Iterable<readonly [string, Uint8Array]>): Buffer {
  const all = [...files];
  const names = Buffer.from(all.map(([name]) => `${name}\0`).join(''));
  const numbers = (...values: number[]): Buffer => {
    const bytes = Buffer.alloc(4 * values.length);
    for (const [index, value] of values.entries()) bytes.writeUInt32LE(value, 4 * index);
    return bytes;
  };
  return Buffer.concat([
    numbers(all.length, names.length),
    names,
    numbers(...all.map(([, { length }]) => length)),
    ...all.map(([, content]) => content),
  ]);
}

/**
 * Reads an archive, but not the files in it.
 *
 * @throws {RangeError} if it is cut off, or bytes follow its end.
 */
export function readArchive(bytes: Uint8Array): Archive {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = view.getUint32(0, true);
  const names = { start: headBytes, end: headBytes + view.getUint32(4, true) };
  const listed = Buffer.from(bytes.subarray(names.start, names.end)).toString();
  const files = new Map<string, ArchivePart>();
  let start = names.end + 4 * count;
  for (const [index, name] of listed.split('\0', count).entries()) {
    const end = start + view.getUint32(names.end + 4 * index, true);
    files.set(name, { start, end });
    start = end;
  }
  if (start !== bytes.length) throw new RangeError('An archive does not end where its files do');
  return { names, files };
}
