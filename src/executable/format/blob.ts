import { filesAsset, readArchive, type ArchivePart } from '../../shared/archive.ts';
import { DeployError } from '../../shared/errors.ts';

/**
 * The application as Node's single executable applications store it, in the format of Node 26 (src/node_sea.cc).
 *
 * Code cache and snapshot are left out: with either, two builds of one source differ, and they are tied to a platform.
 */
export interface Blob {
  /** The path of the main program as its stack traces name it. Relative, or checkouts differ. */
  readonly mainPath: string;
  readonly mainFormat: 'commonjs' | 'module';
  readonly code: Uint8Array;
  /** By name, in the order in which they are stored. */
  readonly assets: ReadonlyMap<string, Uint8Array>;
  /** Arguments for Node itself. No others are taken: neither NODE_OPTIONS nor the command line can add any. */
  readonly execArgv: readonly string[];
}

const magic = 0x143da20;
const flag = { noWarning: 1, snapshot: 2, codeCache: 4, assets: 8, execArgv: 16 } as const;
/** What may add to execArgv: nothing. With `env` (1), NODE_OPTIONS=--require runs foreign code. */
const execArgvExtensionNone = 0;
const mainFormats = ['commonjs', 'module'] as const;

/** What a blob is made of; only the path and the code have to be given. Assets are stored in the order given. */
export type BlobParts = Pick<Blob, 'mainPath' | 'code'> &
  Partial<Pick<Blob, 'mainFormat' | 'execArgv'>> & {
    readonly assets?: Iterable<readonly [string, Uint8Array]>;
  };

/** Writes a blob: the bytes that `node --experimental-sea-config` writes from the same parts. */
export function writeBlob(parts: BlobParts): Buffer {
  const { mainPath, code, mainFormat = 'commonjs', assets = [], execArgv = [] } = parts;
  const named = [...assets];
  const head = Buffer.alloc(10);
  head.writeUInt32LE(magic, 0);
  const present = (named.length > 0 ? flag.assets : 0) | (execArgv.length > 0 ? flag.execArgv : 0);
  head.writeUInt32LE(flag.noWarning | present, 4);
  head.writeUInt8(execArgvExtensionNone, 8);
  head.writeUInt8(mainFormats.indexOf(mainFormat), 9);
  return Buffer.concat([
    head,
    ...sized(Buffer.from(mainPath)),
    ...sized(code),
    ...listed(
      named.flatMap(([name, content]) => [...sized(Buffer.from(name)), ...sized(content)]),
      named.length,
    ),
    ...listed(
      execArgv.flatMap((argument) => sized(Buffer.from(argument))),
      execArgv.length,
    ),
  ]);
}

/** A list is left out if it is empty; a flag says so. */
function listed(items: Uint8Array[], count: number): Uint8Array[] {
  return count > 0 ? [lengthOf(count), ...items] : [];
}

/**
 * Reads a blob; the parts are views of `bytes`.
 *
 * @throws {DeployError} `executable-damaged` if it is cut off, has bytes too many, or is not one that `writeBlob` writes.
 */
export function readBlob(bytes: Uint8Array): Blob {
  const reader = readerOf(bytes);
  if (bytes.length < 10 || reader.u32() !== magic) throw damaged('it does not start as one');
  const flags = reader.u32();
  if (flags & (flag.snapshot | flag.codeCache)) throw damaged('it carries a code cache or a snapshot');
  if (reader.u8() !== execArgvExtensionNone) throw damaged('it lets NODE_OPTIONS in');
  const mainFormat = mainFormats[reader.u8()];
  if (mainFormat === undefined) throw damaged('its main program has an unknown format');
  const mainPath = reader.text();
  const code = reader.counted();
  const assets = new Map<string, Uint8Array>();
  if (flags & flag.assets) {
    for (let left = reader.u64(); left > 0; left -= 1) assets.set(reader.text(), reader.counted());
  }
  const execArgv: string[] = [];
  if (flags & flag.execArgv) {
    for (let left = reader.u64(); left > 0; left -= 1) execArgv.push(reader.text());
  }
  if (reader.at() !== bytes.length) throw damaged('bytes follow its end');
  return { mainPath, mainFormat, code, assets, execArgv };
}

/** What is smaller is sent about as fast as it is looked for. */
const partBytes = 1 << 14;

/**
 * Where the parts of a blob begin and end that may well stay as they are when another one changes: the main program, each asset of
 * 16 KiB or more, with its name and length, and each such file of its archive. What is small goes with what precedes it.
 *
 * @returns offsets in ascending order, without the blob's own begin and end.
 * @throws {DeployError} `executable-damaged` as `readBlob`.
 */
export function cutsIn(bytes: Uint8Array): number[] {
  const { code, assets } = readBlob(bytes);
  const startOf = (view: Uint8Array) => view.byteOffset - bytes.byteOffset;
  // Eight bytes of length precede all that is counted, and the number of assets follows the code.
  const parts = [[startOf(code) - 8, startOf(code) + code.length + (assets.size > 0 ? 8 : 0)] as const];
  for (const [name, content] of assets) {
    parts.push([startOf(content) - 8 - Buffer.byteLength(name) - 8, startOf(content) + content.length]);
    if (name !== filesAsset) continue;
    for (const { start, end } of archivedParts(content)) {
      parts.push([startOf(content) + start, startOf(content) + end]);
    }
  }
  const cuts = parts.filter(([start, end]) => end - start >= partBytes).flat();
  return [...new Set(cuts)].filter((cut) => cut < bytes.length).toSorted((one, other) => one - other);
}

function archivedParts(bytes: Uint8Array): ArchivePart[] {
  try {
    const { names, files } = readArchive(bytes);
    return [names, ...files.values()];
  } catch (error) {
    if (error instanceof RangeError) throw damaged('its files are not whole');
    throw error;
  }
}

/** True if these bytes start as a blob does; 4 bytes suffice. */
export function startsAsBlob(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && readerOf(bytes).u32() === magic;
}

function readerOf(bytes: Uint8Array) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (length: number): number => {
    if (length > bytes.length - at) throw damaged('it is cut off');
    at += length;
    return at - length;
  };
  const u64 = (): number => Number(view.getBigUint64(take(8), true));
  const counted = (): Uint8Array => {
    const length = u64();
    const start = take(length);
    return bytes.subarray(start, start + length);
  };
  return {
    at: () => at,
    u8: () => view.getUint8(take(1)),
    u32: () => view.getUint32(take(4), true),
    u64,
    counted,
    text: () => Buffer.from(counted()).toString(),
  };
}

function sized(content: Uint8Array): Uint8Array[] {
  return [lengthOf(content.length), content];
}

function lengthOf(value: number): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer;
}

function damaged(reason: string): DeployError {
  return new DeployError('executable-damaged', `Cannot read the application in the executable: ${reason}`, {
    hint: 'Build it again: npx selfsame build.',
  });
}
