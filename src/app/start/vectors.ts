// Node.js (26.10) has no answer for `fs.writev` and `fs.readv` once a virtual file system is mounted, also of real files: whatever writes a stream faster
// than the disk takes it would end by a TypeError.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { standIn } from './stand-in.ts';

type Vectors = readonly NodeJS.ArrayBufferView[];
type Done = (error: Error | null, bytes: number, buffers: Vectors) => void;
type VectorCall = (fd: number, buffers: Vectors, ...rest: [Done] | [position: number | null | undefined, Done]) => void;
type Move = (
  fd: number,
  buffer: NodeJS.ArrayBufferView,
  offset: number,
  length: number,
  position: number | null,
  done: (error: Error | null, bytes: number) => void,
) => void;

/** Lets several buffers be written and read at once, one after the other. */
export function moveVectors(): void {
  replace('writev', oneByOne(fs.write, { isWhole: true }));
  replace('readv', oneByOne(fs.read, { isWhole: false }));
  syncBuiltinESMExports();
}

function replace(name: 'writev' | 'readv', call: VectorCall): void {
  const real = fs[name] as unknown as VectorCall;
  const replaced: VectorCall = (fd, buffers, ...rest) => {
    // What it refuses it refuses before that.
    if (areBuffers(buffers) && typeof rest.at(-1) === 'function') call(fd, buffers, ...rest);
    else real(fd, buffers, ...rest);
  };
  Object.assign(fs, { [name]: standIn(replaced, real) });
}

function areBuffers(given: unknown): boolean {
  return Array.isArray(given) && given.every((each) => ArrayBuffer.isView(each));
}

/** @param isWhole true to go on until all bytes are moved; false where fewer mean that there are no more. */
function oneByOne(move: Move, { isWhole }: { readonly isWhole: boolean }): VectorCall {
  return (fd, buffers, ...rest) => {
    const done = rest.at(-1) as Done;
    const begin = typeof rest[0] === 'number' ? rest[0] : undefined;
    let moved = 0;
    const go = (index: number, offset: number): void => {
      const buffer = buffers[index];
      if (buffer === undefined) {
        done(null, moved, buffers);
        return;
      }
      const position = begin === undefined ? null : begin + moved;
      move(fd, buffer, offset, buffer.byteLength - offset, position, (error, bytes) => {
        if (error !== null) {
          done(error, 0, buffers);
          return;
        }
        moved += bytes;
        if (offset + bytes === buffer.byteLength) go(index + 1, 0);
        else if (isWhole) go(index, offset + bytes);
        else done(null, moved, buffers);
      });
    };
    if (buffers.length === 0) process.nextTick(done, null, 0, buffers);
    else go(0, 0);
  };
}
