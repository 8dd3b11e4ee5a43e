import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { DeployError } from '../shared/errors.ts';
import type { Digest } from '../shared/digest.ts';
import { ownFile } from '../app/identity.ts';
import type { LinuxTarget } from '../shared/target.ts';
import { bytesOfFile, joined } from './format/bytes.ts';
import type { Bytes } from './format/bytes.ts';
import { cachePath, defaultCacheFolder } from './runtimes/cache.ts';
import { replaceFile, systemReason } from './format/atomic-write.ts';
import { tailOf } from './format/prefix.ts';
import { runtimes } from './runtimes/runtimes-table.ts';
import type { Executable } from './self.ts';
import { versionOf } from './version.ts';

/** What an executable is rebuilt from: another one, or a blob alone. */
export type RebuildSource = Pick<Executable, 'blob'> & Partial<Executable>;

export interface RebuildOfflineOptions {
  readonly from: RebuildSource;
  /** The file to write; it is replaced if it is there. */
  readonly output: string;
  /** Default: the user's cache folder. */
  readonly cacheFolder?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes the executable of a target out of what is on this machine: the origin itself, or the prefix in the cache. What is
 * written is hashed on its way, and takes the name only if it is right. Apart from `rebuild`, so that a program can do this
 * without the code that fetches, which takes longer to load than this takes.
 *
 * @returns its version; undefined, and nothing written, if the prefix has to be fetched.
 * @throws {DeployError} `bad-output` or `output-refused` for a file that cannot be written, `executable-damaged` if the
 *   origin's own bytes are not right.
 */
export async function rebuildOffline(
  target: LinuxTarget,
  { from, output, cacheFolder = defaultCacheFolder(), signal }: RebuildOfflineOptions,
): Promise<Digest | undefined> {
  const { prefix } = runtimes[target];
  await refuseOutput(output, from);
  const own = ownBytes(target, from);
  if (own !== undefined) {
    const version = await versionOf(target, from.blob);
    if ((await writeChecked(own, { output, prefix, version, signal })) === undefined) throw damagedSource(from);
    return version;
  }
  const cached = cachePath(cacheFolder, prefix.digest);
  if (!(await isThere(cached))) return undefined;
  const whole = joined([bytesOfFile(cached, 0, prefix.sizeBytes), tailOf(prefix, from.blob)]);
  return writeChecked(whole, { output, prefix, signal });
}

/** The origin's own file, where it is what we are asked for: nothing has to be put together, only checked. */
export function ownBytes(target: LinuxTarget, { rebuilt }: RebuildSource): Bytes | undefined {
  return rebuilt?.target === target ? rebuilt.bytes : undefined;
}

interface WritePlan {
  readonly output: string;
  readonly prefix: { readonly digest: Digest; readonly sizeBytes: number };
  /** What the whole must be, where the tail is not made here. */
  readonly version?: Digest;
  readonly signal: AbortSignal | undefined;
}

/** Writes the output and tells its version; if the bytes turn out to be others, it is left as it was, and undefined. */
async function writeChecked(bytes: Bytes, { output, prefix, version, signal }: WritePlan): Promise<Digest | undefined> {
  let written: Digest | undefined;
  const fill = async (file: FileHandle): Promise<void> => {
    const hash = createHash('sha256');
    const to = { file, hash, signal };
    await copy(bytes.open({ end: prefix.sizeBytes, ring: 2 }), to);
    if (hash.copy().digest('hex') !== prefix.digest) throw new WrongBytes();
    await copy(bytes.open({ start: prefix.sizeBytes, ring: 2 }), to);
    written = hash.digest('hex') as Digest;
    const { size } = await file.stat();
    if (size !== bytes.sizeBytes || written !== (version ?? written)) throw new WrongBytes();
  };
  try {
    await replaceFile(output, fill, { mode: 0o755, followsLink: true });
    return written;
  } catch (error) {
    if (error instanceof WrongBytes) return undefined;
    throw outputRefusal(output, error);
  }
}

class WrongBytes extends Error {}

interface CopyTo {
  readonly file: FileHandle;
  readonly hash: Hash;
  readonly signal: AbortSignal | undefined;
}

/** Hashes and writes each chunk while the next one is read. */
async function copy(chunks: AsyncIterable<Uint8Array>, { file, hash, signal }: CopyTo): Promise<void> {
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    hash.update(chunk);
    for (let done = 0; done < chunk.length;) {
      // At once: on its way through a thread pool so small a write takes longer than the write itself.
      done += writeSync(file.fd, chunk, done, Math.min(pieceBytes, chunk.length - done));
    }
  }
}

// A larger write leaves the file in larger pieces in the page cache, and whoever runs it from there has more of it
// counted as resident, measured: 65 MB with 64 KiB, 72 with 128 KiB, 80 with 256 KiB, 96 with 1 MiB.
const pieceBytes = 1 << 16;

async function refuseOutput(output: string, from: RebuildSource): Promise<void> {
  const there = await statusOf(output);
  if (there === undefined) return;
  const reason = there.isDirectory()
    ? 'it is a folder'
    : !there.isFile()
      ? 'it is no ordinary file'
      : [await ownIdentity(), from.identity].includes(`${there.dev}:${there.ino}`)
        ? 'it is the file that is running or read from'
        : undefined;
  if (reason === undefined) return;
  throw new DeployError('bad-output', `Cannot write "${output}": ${reason}`, { hint: 'Pass -o with another file.' });
}

async function statusOf(output: string) {
  try {
    return await stat(output, { bigint: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw outputRefusal(output, error);
  }
}

/** Opened, not looked up: an emulator (qemu-user) hands out the right file for opening alone. */
async function ownIdentity(): Promise<string> {
  const file = await open(ownFile());
  try {
    const { dev, ino } = await file.stat({ bigint: true });
    return `${dev}:${ino}`;
  } finally {
    await file.close();
  }
}

async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (systemReason(error) !== undefined) return false;
    throw error;
  }
}

/** What the system's refusal to write a file means; anything else as it is. */
export function outputRefusal(output: string, error: unknown): unknown {
  const reason = systemReason(error);
  if (reason === undefined) return error;
  return new DeployError('output-refused', `Cannot write "${output}": ${reason}`, {
    hint: 'Pass -o with a file in a folder that you can write.',
    cause: error,
  });
}

export function damagedSource({ path = 'the executable' }: RebuildSource): DeployError {
  return new DeployError('executable-damaged', `Cannot rebuild "${path}": its bytes are not those it was built with`, {
    hint: 'Fetch or build the file again.',
  });
}
