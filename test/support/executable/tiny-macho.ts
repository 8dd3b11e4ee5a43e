/** What a tiny Mach-O file is made of. */
export interface TinyMachO {
  /** Default: arm64. */
  readonly cpu?: number;
  /** The blob's, in a segment NODE_SEA; without it there is none. */
  readonly blob?: Uint8Array;
  /** Where the first section starts: load commands may grow up to there. */
  readonly firstSection?: number;
  readonly text?: Uint8Array;
}

const page = 0x4000;

/** A Mach-O executable of a few pages as a linker lays it out, without a signature: __TEXT, NODE_SEA, __LINKEDIT. */
export function tinyMachO({
  cpu = 0x0100000c,
  blob,
  firstSection = 0x1000,
  text = Buffer.alloc(16, 0xc3),
}: TinyMachO): Buffer {
  const linkEdit = Buffer.alloc(100, 7);
  const blobAt = page;
  const linkEditAt = blobAt + (blob ? up(blob.length) : 0);
  const commands = [
    segment('__TEXT', { at: 0, size: page }, { name: '__text', at: firstSection, size: text.length }),
    ...(blob
      ? [
          segment(
            'NODE_SEA',
            { at: blobAt, size: blob.length },
            { name: '__NODE_SEA_BLOB', at: blobAt, size: blob.length },
          ),
        ]
      : []),
    segment('__LINKEDIT', { at: linkEditAt, size: linkEdit.length }),
  ];
  const header = Buffer.alloc(32);
  // Magic, processor and its kind, an executable, load commands and their bytes, position-independent.
  [0xfeedfacf, cpu, 0, 2, commands.length, Buffer.concat(commands).length, 0x200000].forEach((value, index) =>
    header.writeUInt32LE(value, index * 4),
  );
  const file = Buffer.alloc(linkEditAt + linkEdit.length);
  file.set(Buffer.concat([header, ...commands]));
  file.set(text, firstSection);
  if (blob) file.set(blob, blobAt);
  file.set(linkEdit, linkEditAt);
  return file;
}

interface Part {
  readonly at: number;
  readonly size: number;
}

function segment(name: string, { at, size }: Part, section?: Part & { readonly name: string }): Buffer {
  const bytes = Buffer.alloc(section ? 152 : 72);
  bytes.writeUInt32LE(0x19, 0);
  bytes.writeUInt32LE(bytes.length, 4);
  bytes.write(name, 8);
  const base = 0x1_0000_0000;
  [base + at, up(size), at, size].forEach((value, index) => bytes.writeBigUInt64LE(BigInt(value), 24 + index * 8));
  // Readable, and executable where code is.
  const protection = name === '__TEXT' ? 5 : 1;
  [protection, protection, section ? 1 : 0].forEach((value, index) => bytes.writeUInt32LE(value, 56 + index * 4));
  if (section) {
    bytes.write(section.name, 72);
    bytes.write(name, 88);
    bytes.writeBigUInt64LE(BigInt(base + section.at), 104);
    bytes.writeBigUInt64LE(BigInt(section.size), 112);
    bytes.writeUInt32LE(section.at, 120);
  }
  return bytes;
}

function up(value: number): number {
  return Math.ceil(value / page) * page;
}
