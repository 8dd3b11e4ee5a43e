import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { replaceFile, writeAll } from '../../executable/format/atomic-write.ts';
import { makeTemporaryFolder } from '../../executable/format/leftovers.ts';
import { makeFolders } from '../../executable/format/make-folders.ts';
import { unlessGone } from '../../executable/format/unless-gone.ts';
import { defaultCacheFolder } from '../../executable/runtimes/cache.ts';
import { download, downloadReason, HttpError } from '../../executable/runtimes/download.ts';
import { networkFromNpm } from '../../executable/runtimes/npm-network.ts';
import { NoSuchVersion, packageInRegistry } from '../../executable/runtimes/sources.ts';
import { DeployError } from '../../shared/errors.ts';
import type { Report } from '../../shared/report.ts';
import { packageIn, type InstalledPackage } from './packages.ts';
import { slashed } from './project.ts';

export interface FetchPackageOptions {
  readonly name: string;
  readonly version: string;
  /** What the lock file says; without one the registry's own is taken. */
  readonly integrity: string | undefined;
  readonly unpacking: Pick<UnpackingFolder, 'path'>;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches a package for another architecture than this machine's, which no package manager installs here, from the registry that npm uses.
 * Its archive is kept in the user's cache folder, which is not believed: its bytes are checked whenever they are used.
 *
 * @returns undefined if the registry has no such version.
 * @throws {DeployError} `package-unavailable` if it does not come, or its bytes are not those of its integrity.
 */
export async function fetchPackage(options: FetchPackageOptions): Promise<InstalledPackage | undefined> {
  const { name, version, integrity, unpacking, report, signal } = options;
  const refuse = (reason: string, hint: string, cause?: unknown): DeployError =>
    new DeployError('package-unavailable', `Cannot get ${name} ${version}: ${reason}`, { hint, cause });
  try {
    const kept = integrity === undefined ? undefined : await keptArchive(integrity);
    if (kept !== undefined) return await unpacked(kept, name, unpacking);
    report({ kind: 'progress', what: `${name} ${version}`, doneBytes: 0, totalBytes: 0 });
    const network = networkFromNpm({ inProject: true });
    const { tarball, integrity: published } = await packageInRegistry(name, version, { network, signal });
    const wanted = integrity ?? published;
    const known = await keptArchive(wanted);
    if (known !== undefined) return await unpacked(known, name, unpacking);
    const bytes = await buffer(download(tarball, { network, signal }));
    if (!isRight(bytes, wanted)) {
      throw refuse(
        `its bytes are not those of the ${integrity === undefined ? "registry's integrity" : 'lock file'}`,
        'Install the packages again, and look whether the lock file changes.',
      );
    }
    await keepArchive(wanted, bytes);
    return await unpacked(bytes, name, unpacking);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DeployError) throw error;
    if (isUnpublished(error)) return undefined;
    throw refuse(
      downloadReason(error),
      'It is needed for the other Linux architecture. Check the registry in .npmrc, and build again.',
      error,
    );
  }
}

/** Where packages lie unpacked while they are looked at. */
export interface UnpackingFolder extends AsyncDisposable {
  /** Made once somebody asks. In the cache: what a package asks for is looked for in the folders above it, too. */
  readonly path: () => Promise<string>;
}

export function unpackingFolder(): UnpackingFolder {
  let made: Promise<string> | undefined;
  return {
    path: async () => (made ??= packagesFolder().then(async (folder) => makeTemporaryFolder(folder, 'unpacked-'))),
    async [Symbol.asyncDispose]() {
      if (made !== undefined) await rm(await made, { recursive: true });
    },
  };
}

/** The cache's, closed to others. */
async function packagesFolder(): Promise<string> {
  const folder = join(defaultCacheFolder(), 'packages');
  await makeFolders(folder, 0o700);
  return folder;
}

function isUnpublished(error: unknown): boolean {
  return error instanceof HttpError ? error.status === 404 : error instanceof NoSuchVersion;
}

function archivePath(integrity: string): string {
  const digest = createHash('sha256').update(integrity).digest('hex').slice(0, 32);
  return join(defaultCacheFolder(), 'packages', `${digest}.tgz`);
}

/** An archive of the cache; undefined if it is not there, or has other bytes. */
async function keptArchive(integrity: string): Promise<Buffer | undefined> {
  const bytes = await unlessGone(async () => readFile(archivePath(integrity)));
  return bytes !== undefined && isRight(bytes, integrity) ? bytes : undefined;
}

async function keepArchive(integrity: string, bytes: Buffer): Promise<void> {
  await packagesFolder();
  await replaceFile(archivePath(integrity), async (file) => writeAll(file, bytes), { mode: 0o644 });
}

/** @param integrity one or several: https://www.w3.org/TR/sri-2/ */
function isRight(bytes: Buffer, integrity: string): boolean {
  const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  return integrity.split(/\s+/).includes(found);
}

/** Unpacks files of an archive, whose first folder has any name. */
async function unpacked(
  bytes: Buffer,
  name: string,
  unpacking: FetchPackageOptions['unpacking'],
): Promise<InstalledPackage> {
  const digest = createHash('sha256').update(bytes).digest('hex').slice(0, 32);
  const target = join(await unpacking.path(), digest, 'node_modules', name);
  if (!existsSync(target)) {
    const entries = extract();
    const feeding = pipeline(Readable.from([bytes]), createGunzip(), entries);
    const writing = (async () => {
      for await (const entry of entries) {
        const path = join(target, entry.header.name.split('/').slice(1).join('/'));
        if (entry.header.type !== 'file' || !path.startsWith(target + sep)) {
          entry.resume();
          continue;
        }
        await mkdir(dirname(path), { recursive: true });
        await pipeline(entry, createWriteStream(path));
      }
    })();
    await Promise.all([feeding, writing]);
  }
  const found = packageIn(slashed(target));
  if (found === undefined) throw new Error(`${name} has no package.json`);
  return found;
}
