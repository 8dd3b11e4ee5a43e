import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { isSea } from 'node:sea';
import { ownFile } from '../app/identity.ts';
import { DeployError } from '../shared/errors.ts';
import type { LinuxTarget, Target } from '../shared/target.ts';
import { readBlob, startsAsBlob } from './format/blob.ts';
import { bufferOf, bytesOfFile } from './format/bytes.ts';
import type { Bytes } from './format/bytes.ts';
import { locateElfBlob } from './format/elf.ts';
import { damagedFile, readAt } from './format/file-bytes.ts';
import { locateMachoBlob } from './format/macho.ts';
import { locatePeBlob } from './format/pe.ts';
import { blobStartOf, tailOf } from './format/prefix.ts';
import { runtimes } from './runtimes/runtimes-table.ts';

/** An executable that carries an application, opened for reading. */
export interface Executable {
  /** For people. */
  readonly path: string;
  readonly target: Target;
  /** Device and inode: the same file, whatever path leads to it. */
  readonly identity: string;
  readonly blob: Bytes;
  /** The file itself, if it is a prefix and a tail as we write them for this target; its bytes are not checked yet. */
  readonly rebuilt?: { readonly target: LinuxTarget; readonly bytes: Bytes };
}

/** True if this program runs as an executable of its own, not as a script. */
export function isExecutable(): boolean {
  return isSea();
}

/**
 * Opens the executable that this process is.
 *
 * @throws {DeployError} `not-an-executable` if it is a script run by Node.
 */
export async function openSelf(): Promise<Executable> {
  if (!isExecutable()) {
    throw new DeployError('not-an-executable', 'Cannot do that as a script: this program is no executable yet', {
      hint: 'Build it first: npx selfsame build.',
    });
  }
  return { ...(await openFile(ownFile())), path: process.execPath };
}

/**
 * Opens any executable that carries an application: ELF, Mach-O or PE.
 *
 * @throws {DeployError} `executable-unreadable` if the system does not give it, `not-an-executable` if it is something else,
 *   `executable-damaged` if its headers contradict it, or the application is not one that we write.
 */
export async function openExecutable(path: string): Promise<Executable> {
  const executable = await openFile(path);
  const { blob } = executable;
  if (blob.sizeBytes > mostBlobBytes) throw damagedFile('its application is too large');
  // One that runs has been read by Node.js; another may have come from anybody, and what is made of it is to run.
  readBlob(await bufferOf(blob));
  return executable;
}

/** Node.js itself keeps it in one buffer. */
const mostBlobBytes = 2 ** 31;

async function openFile(path: string): Promise<Executable> {
  const file = await opened(path);
  try {
    const stats = await file.stat({ bigint: true });
    const blob = stats.isFile() ? await locateBlob(file) : undefined;
    if (blob === undefined || !startsAsBlob(await readAt(file, { start: blob.start, length: 4 }))) {
      throw new DeployError('not-an-executable', `Cannot find an application in "${path}"`, {
        hint: 'Name a file that selfsame built.',
      });
    }
    const bytes = bytesOfFile(path, 0, Number(stats.size));
    const application = bytesOfFile(path, blob.start, blob.end);
    const target = isRebuilt(blob, bytes.sizeBytes) ? (blob.target as LinuxTarget) : undefined;
    return {
      path,
      target: blob.target,
      identity: `${stats.dev}:${stats.ino}`,
      blob: application,
      ...(target !== undefined && { rebuilt: { target, bytes } }),
    };
  } finally {
    await file.close();
  }
}

interface Located {
  readonly target: Target;
  readonly start: number;
  readonly end: number;
}

async function locateBlob(file: FileHandle): Promise<Located | undefined> {
  return (await locateElfBlob(file)) ?? (await locateMachoBlob(file)) ?? (await locatePeBlob(file));
}

function isRebuilt({ target, start, end }: Located, sizeBytes: number): boolean {
  if (target !== 'linux-x64' && target !== 'linux-arm64') return false;
  const { prefix } = runtimes[target];
  const tail = tailOf(prefix, { sizeBytes: end - start, open: () => (async function* () {})() });
  return start === blobStartOf(prefix) && sizeBytes === prefix.sizeBytes + tail.sizeBytes;
}

async function opened(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const reason = code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'permission denied' : code;
    throw new DeployError('executable-unreadable', `Cannot read "${path}": ${reason}`, {
      hint: 'Name a file that exists and that you may read.',
      cause: error,
    });
  }
}
