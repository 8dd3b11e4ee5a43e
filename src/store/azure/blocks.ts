/** A dropped connection costs one of these. Larger ones cost more memory, smaller ones more requests. */
const blockBytes = 4 * 1024 * 1024;

/** Memory of blocks that are done with, for the next ones: of this artifact or another. */
const free: Buffer[] = [];

/** A piece of an object, on its way to become a block. */
export interface Block {
  /** Where it stands in the object. */
  readonly start: number;
  readonly bytes: Buffer;
  /** Hands its memory back. */
  release(): void;
}

/** What a stream holds of an object. */
export interface Span {
  readonly start: number;
  readonly end: number;
  /** Offsets in the object, ascending, at which a new block begins. */
  readonly cuts: readonly number[];
}

/**
 * Cuts a stream of any chunks into blocks: at each cut, and after `blockBytes` at the latest. The memory of blocks is used
 * again and again, since the collector frees it too late.
 */
export async function* blocksOf(chunks: AsyncIterable<Uint8Array>, span: Span): AsyncGenerator<Block> {
  const take = () => free.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
  const endFrom = (start: number) =>
    Math.min(start + blockBytes, span.end, span.cuts.find((cut) => cut > start) ?? Infinity);
  let start = span.start;
  let end = endFrom(start);
  let memory: Buffer | undefined;
  let filled = 0;
  const finished = (): Block => {
    const used = memory ?? take();
    const block = { start, bytes: used.subarray(0, filled), release: () => void free.push(used) };
    [start, filled, memory] = [start + filled, 0, undefined];
    end = endFrom(start);
    return block;
  };
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length;) {
      // What comes after the end is too much; it is hashed like all the rest, and found out by that.
      const room = end > start ? end - start : blockBytes;
      const taken = chunk.subarray(at, at + room - filled);
      memory ??= take();
      memory.set(taken, filled);
      at += taken.length;
      filled += taken.length;
      if (filled === room) yield finished();
    }
  }
  if (filled > 0) yield finished();
}

/**
 * The id of a block: where it stands and the MD5 of its content, which Azure checks on arrival. So blocks left by an upload
 * that was cut off, or sent by another at the same time, are used as they are, and of any object the list of its blocks
 * tells what it holds and where. Azure wants the ids of an object to be of one length, at most 64 bytes.
 */
export function blockId(start: number, md5: Buffer): string {
  return Buffer.from(`${String(start).padStart(12, '0')}-${md5.toString('hex')}`).toString('base64');
}

/** The MD5 that a block's id names, if it is one of ours. */
export function md5In(id: string): Buffer | undefined {
  const [, md5] = /^\d{12}-([0-9a-f]{32})$/.exec(Buffer.from(id, 'base64').toString()) ?? [];
  return md5 === undefined ? undefined : Buffer.from(md5, 'hex');
}
