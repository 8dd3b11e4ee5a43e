import type { Handle, Position, FileReadOptions, StatOptions } from './vfs-module.ts';

/** What is given away may be written to; the executable's own may not. */
export function readAs(content: Buffer, options?: FileReadOptions): Buffer | string {
  const encoding = typeof options === 'string' ? options : options?.encoding;
  return encoding && encoding !== 'buffer' ? content.toString(encoding) : Buffer.from(content);
}

/** Lets a handle of an empty file read what lies in the executable, without a copy of all of it. */
export function withContent(handle: Handle, content: Buffer, stat: Handle['statSync']): Handle {
  const [readSync, readFileSync] = [handle.readSync.bind(handle), handle.readFileSync.bind(handle)];
  const read: Handle['readSync'] = (buffer, offset, length, position) => {
    if (handle.closed) return readSync(buffer, offset, length, position);
    const isCurrent = position === null || position === undefined || Number(position) === -1;
    const from = isCurrent ? handle.position : Number(position);
    const bytes = from < content.length ? content.copy(buffer, offset, from, from + length) : 0;
    if (isCurrent) handle.position = from + bytes;
    return bytes;
  };
  const readFile: Handle['readFileSync'] = (options) =>
    handle.closed ? readFileSync(options) : readAs(content, options);
  /* oxlint-disable typescript/require-await -- Node.js wants promises of them */
  return Object.assign(handle, {
    readSync: read,
    readFileSync: readFile,
    statSync: stat,
    read: async (buffer: Uint8Array, offset: number, length: number, position: Position) => ({
      bytesRead: read(buffer, offset, length, position),
      buffer,
    }),
    readFile: async (options?: FileReadOptions) => readFile(options),
    stat: async (options?: StatOptions) => stat(options),
  });
  /* oxlint-enable typescript/require-await */
}
