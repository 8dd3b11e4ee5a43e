/** What a tiny PE file is made of. */
export interface TinyPe {
  /** Default: x64. */
  readonly machine?: number;
  /** The blob's, as resource NODE_SEA_BLOB beside another one; without it there are no resources. */
  readonly blob?: Uint8Array;
  /** Stands for an Authenticode signature at the end. */
  readonly certificate?: Uint8Array;
}

/** Places in the file that tests change. */
export const at = { pe: 0x40, optional: 0x58, checksum: 0x98, directories: 0xc8, resources: 0x400 } as const;

const address = 0x2000;

/** A PE executable of one or two sections, as a linker lays it out. */
export function tinyPe({ machine = 0x8664, blob, certificate = Buffer.alloc(0) }: TinyPe): Buffer {
  const resources = blob ? tree(blob) : Buffer.alloc(0);
  const end = at.resources + up(resources.length);
  const file = Buffer.alloc(end + certificate.length);
  file.write('MZ');
  file.writeUInt32LE(at.pe, 60);
  file.write('PE\0\0', at.pe);
  file.writeUInt16LE(machine, at.pe + 4);
  file.writeUInt16LE(blob ? 2 : 1, at.pe + 6);
  file.writeUInt16LE(240, at.pe + 20);
  file.writeUInt16LE(0x22, at.pe + 22);
  file.writeUInt16LE(0x20b, at.optional);
  file.writeUInt32LE(0x1000, at.optional + 16);
  file.writeBigUInt64LE(0x140000000n, at.optional + 24);
  // Alignments, versions, sizes of the image and of the headers, the console.
  const fields: [number, number][] = [
    [32, 0x1000],
    [36, 0x200],
    [40, 6],
    [48, 6],
    [56, 0x4000],
    [60, 0x200],
    [68, 3],
    [108, 16],
  ];
  for (const [field, value] of fields) file.writeUInt32LE(value, at.optional + field);
  section(file, 0, { name: '.text', address: 0x1000, offset: 0x200, size: 0x200, kind: 0x60000020 });
  if (blob) {
    file.writeUInt32LE(address, at.directories + 16);
    file.writeUInt32LE(resources.length, at.directories + 20);
    section(file, 1, { name: '.rsrc', address, offset: at.resources, size: up(resources.length), kind: 0x40000040 });
  }
  if (certificate.length > 0) {
    file.writeUInt32LE(end, at.directories + 32);
    file.writeUInt32LE(certificate.length, at.directories + 36);
  }
  file.set(resources, at.resources);
  file.set(certificate, end);
  return file;
}

interface Section {
  readonly name: string;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
  readonly kind: number;
}

function section(file: Buffer, index: number, { name, address: start, offset, size, kind }: Section): void {
  const header = at.optional + 240 + index * 40;
  file.write(name, header);
  [size, start, size, offset].forEach((value, field) => file.writeUInt32LE(value, header + 8 + field * 4));
  file.writeUInt32LE(kind, header + 36);
}

/** A resource tree: type RT_RCDATA with two names of one language each, OTHER and NODE_SEA_BLOB. */
function tree(blob: Uint8Array): Buffer {
  const folder = (named: boolean, entries: [key: number, child: number][]): Buffer => {
    const bytes = Buffer.alloc(16 + entries.length * 8);
    bytes.writeUInt16LE(entries.length, named ? 12 : 14);
    entries.forEach(([key, child], index) => {
      bytes.writeUInt32LE(key, 16 + index * 8);
      bytes.writeUInt32LE(child, 20 + index * 8);
    });
    return bytes;
  };
  const name = (text: string): Buffer => {
    const bytes = Buffer.alloc(2 + text.length * 2);
    bytes.writeUInt16LE(text.length);
    bytes.write(text, 2, 'utf16le');
    return bytes;
  };
  const entry = (start: number, length: number): Buffer => {
    const bytes = Buffer.alloc(16);
    bytes.writeUInt32LE(address + start, 0);
    bytes.writeUInt32LE(length, 4);
    return bytes;
  };
  const below = 0x80000000;
  const parts: [number, Uint8Array][] = [
    [0x00, folder(false, [[10, below + 0x18]])],
    [
      0x18,
      folder(true, [
        [below + 0x90, below + 0x38],
        [below + 0xa0, below + 0x50],
      ]),
    ],
    [0x38, folder(false, [[0, 0x70]])],
    [0x50, folder(false, [[0, 0x80]])],
    [0x70, entry(0xc0, 5)],
    [0x80, entry(0x100, blob.length)],
    [0x90, name('OTHER')],
    [0xa0, name('NODE_SEA_BLOB')],
    [0xc0, Buffer.from('other')],
    [0x100, blob],
  ];
  const bytes = Buffer.alloc(0x100 + blob.length);
  for (const [start, part] of parts) bytes.set(part, start);
  return bytes;
}

function up(size: number): number {
  return Math.ceil(size / 0x200) * 0x200;
}
