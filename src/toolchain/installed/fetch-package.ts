import { createHash } from 'node:crypto';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { defaultCacheFolder } from '../../executable/runtimes/cache.ts';
import { download, downloadReason, HttpError, SourceError } from '../../executable/runtimes/download.ts';
import { networkFromNpm } from '../../executable/runtimes/npm-network.ts';
import { packageInRegistry } from '../../executable/runtimes/sources.ts';
import { DeployError } from '../../shared/errors.ts';
import type { Report } from '../../shared/report.ts';
import { packageIn, type InstalledPackage } from './packages.ts';
import { slashed } from './project.ts';

export interface FetchPackageOptions {
  readonly name: string;
  readonly version: string;
  /** What the lock file says; without one the registry's own is taken. */
  readonly integrity: string | undefined;
  readonly report: Report;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Fetches a package for another architecture than this machine's, which no package manager installs here, from the registry that npm uses.
 * It is kept in the user's cache folder.
 *
 * @returns undefined if the registry has no such version.
 * @throws {DeployError} `package-unavailable` if it does not come, or its bytes are not those of its integrity.
 */
export async function fetchPackage(options: FetchPackageOptions): Promise<InstalledPackage | undefined> {
  const { name, version, integrity, report, signal } = options;
  const refuse = (reason: string, hint: string, cause?: unknown): DeployError =>
    new DeployError('package-unavailable', `Cannot get ${name} ${version}: ${reason}`, { hint, cause });
  const known = integrity === undefined ? undefined : folderFor(name, integrity);
  if (known !== undefined && existsSync(known)) return packageAt(known, name);
  try {
    report({ kind: 'progress', what: `${name} ${version}`, doneBytes: 0, totalBytes: 0 });
    const network = networkFromNpm();
    const { tarball, integrity: published } = await packageInRegistry(name, version, { network, signal });
    const wanted = integrity ?? published;
    const folder = folderFor(name, wanted);
    if (existsSync(folder)) return packageAt(folder, name);
    const found = await unpack(download(tarball, { network, signal }), folder, { name, wanted });
    if (!wanted.split(/\s+/).includes(found)) {
      throw refuse(
        `its bytes are not those of the ${integrity === undefined ? "registry's integrity" : 'lock file'}`,
        'Install the packages again, and look whether the lock file changes.',
      );
    }
    return packageAt(folder, name);
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

function isUnpublished(error: unknown): boolean {
  return error instanceof HttpError ? error.status === 404 : error instanceof SourceError;
}

/** Named for its bytes, so that a cache never has to be asked whether it is right. */
function folderFor(name: string, integrity: string): string {
  const digest = createHash('sha256').update(integrity).digest('hex').slice(0, 32);
  return slashed(join(defaultCacheFolder(), 'packages', digest, 'node_modules', name));
}

function packageAt(folder: string, name: string): InstalledPackage {
  const found = packageIn(folder);
  if (found === undefined) throw new Error(`${name} has no package.json`);
  return found;
}

/** Unpacks an archive, and gives it its name only if its bytes are right. */
async function unpack(
  bytes: AsyncIterable<Uint8Array>,
  folder: string,
  { wanted }: { readonly name: string; readonly wanted: string },
): Promise<string> {
  const root = dirname(folder.slice(0, folder.lastIndexOf('/node_modules/') + '/node_modules'.length));
  await mkdir(dirname(root), { recursive: true });
  const fresh = await mkdtemp(`${root}-`);
  try {
    const hash = createHash('sha512');
    const hashed = async function* () {
      for await (const chunk of bytes) {
        hash.update(chunk);
        yield chunk;
      }
    };
    const entries = extract();
    const feeding = pipeline(Readable.from(hashed(), { objectMode: false }), createGunzip(), entries);
    const target = join(fresh, folder.slice(root.length));
    const writing = (async () => {
      for await (const entry of entries) {
        const path = join(target, entry.header.name.split('/').slice(1).join('/'));
        if (entry.header.type !== 'file' || !path.startsWith(`${target}/`)) {
          entry.resume();
          continue;
        }
        await mkdir(dirname(path), { recursive: true });
        await pipeline(entry, createWriteStream(path));
      }
    })();
    await Promise.all([feeding, writing]);
    const found = `sha512-${hash.digest('base64')}`;
    if (wanted.split(/\s+/).includes(found)) await rename(fresh, root);
    return found;
  } catch (error) {
    // Another build may have been faster.
    if (existsSync(folder)) return wanted.split(/\s+/)[0] ?? '';
    throw error;
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}
