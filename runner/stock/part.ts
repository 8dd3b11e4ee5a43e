import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { bytesOfFile } from '../../src/executable/format/bytes.ts';
import { writeAt } from '../../src/executable/format/file-bytes.ts';
import type { Digest } from '../../src/shared/digest.ts';
import type { WantedArtifact } from './environment.ts';
import { codeOf, Failure, megabytes, progressTeller } from './reason.ts';

/** The executable while it is made, beside its name: hashed as it is written, so that it need not be read again. */
export interface FilePart {
  readonly path: string;
  /** Bytes so far. */
  length(): number;
  /** Milliseconds that hashing took so far. */
  hashedMs(): number;
  /** @throws {Failure} 71 if they are more than wanted, 73 if they cannot be written. */
  add(chunk: Uint8Array): Promise<void>;
  /** Takes in what an earlier run of this container left. */
  adopt(): Promise<void>;
  /** Begins again, with nothing. */
  restart(): Promise<void>;
  /** Of all so far. */
  digest(): Digest;
  /**
   * Gives it its name.
   *
   * @returns what was written, whatever has that name by then.
   */
  finish(): Promise<FileHandle>;
  /** Leaves nothing behind. */
  discard(): Promise<void>;
}

export async function openPart({ file, sizeBytes }: WantedArtifact): Promise<FilePart> {
  const path = `${file}.part`;
  let [hash, length, hashedMs] = [createHash('sha256'), 0, 0];
  const tell = progressTeller(sizeBytes);
  let handle: FileHandle | undefined = await attempt(async () =>
    open(path, constants.O_RDWR | constants.O_CREAT, 0o600),
  );

  async function attempt<T>(write: () => Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      if (codeOf(error) === '') throw error;
      const why = codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT' ? 'no space left?' : codeOf(error);
      const at = `${megabytes(length)} of ${megabytes(sizeBytes)} MB`;
      throw new Failure(73, `cannot write ${path} after ${at}: ${why}`, error);
    }
  }

  const opened = (): FileHandle => {
    if (handle === undefined) throw new Error(`${path} is closed`);
    return handle;
  };
  const close = async (): Promise<void> => {
    await handle?.close();
    handle = undefined;
  };
  const take = (chunk: Uint8Array): void => {
    const since = performance.now();
    hash.update(chunk);
    hashedMs += performance.now() - since;
  };
  const restart = async (): Promise<void> => {
    [hash, length] = [createHash('sha256'), 0];
    await attempt(async () => opened().truncate(0));
  };
  return {
    path,
    length: () => length,
    hashedMs: () => hashedMs,
    async add(chunk) {
      // Hashed while it is written.
      const written = attempt(async () => writeAt(opened(), length, chunk));
      take(chunk);
      await written;
      length += chunk.length;
      tell(length);
    },
    async adopt() {
      const { size } = await opened().stat();
      if (size > sizeBytes) return restart();
      for await (const chunk of bytesOfFile(path, 0, size).open({ ring: 2 })) {
        take(chunk);
        length += chunk.length;
      }
    },
    restart,
    digest: () => hash.copy().digest('hex') as Digest,
    async finish() {
      return attempt(async () => {
        await opened().truncate(length);
        await opened().chmod(0o555);
        const reading = await open(pathOfOpen(opened()));
        await close();
        await rename(path, path.slice(0, -'.part'.length));
        return reading;
      });
    },
    async discard() {
      await close();
      await rm(path, { force: true });
    },
  };
}

/** Names an open file, whatever has its name by now. */
export function pathOfOpen({ fd }: FileHandle): string {
  return `/proc/self/fd/${fd}`;
}

/** Of a file; 0 if there is none. */
export async function sizeOf(path: string): Promise<number> {
  try {
    const found = await stat(path);
    return found.isFile() ? found.size : 0;
  } catch (error) {
    if (codeOf(error) === '') throw error;
    return 0;
  }
}
