import { type Digest, digestOf } from '../shared/digest.ts';
import type { LinuxTarget } from '../shared/target.ts';
import type { Artifact, ArtifactBlob, ArtifactPrefix } from './format/artifact.ts';
import { cutsIn } from './format/blob.ts';
import { bufferOf, type Bytes, bytesOfFile, joined } from './format/bytes.ts';
import { blobStartOf, tailOf } from './format/prefix.ts';
import { damagedSource, ownBytes, rebuildOffline, type RebuildSource } from './rebuild-offline.ts';
import { prefixFile } from './runtimes/runtimes.ts';
import type { RuntimeOptions, RuntimeSettings } from './runtimes/sources.ts';
import { runtimes as table } from './runtimes/runtimes-table.ts';
import { hashedPrefix, versionOf, type Versions } from './version.ts';

interface OriginOptions extends Pick<RuntimeOptions, 'report' | 'signal'> {
  readonly from: RebuildSource;
  readonly runtimes?: RuntimeSettings | undefined;
}

export interface ArtifactOptions extends OriginOptions {
  /** The application's name. */
  readonly name: string;
  /** Those of the origin's blob, if they are known. */
  readonly versions?: Versions;
}

/** An artifact that is put together while it is read, from a prefix that may still have to be fetched. */
export interface LinuxArtifact extends Artifact {
  readonly target: LinuxTarget;
  readonly prefix: ArtifactPrefix;
  readonly blob: ArtifactBlob;
  /**
   * Makes sure of the prefix now; the first read of it does so otherwise. An artifact that is in the store needs none.
   *
   * @throws {DeployError} `runtime-unavailable` or `runtime-refused`.
   */
  prepare(): Promise<void>;
}

const ownDigests = new WeakMap<RebuildSource, Promise<Digest>>();

/**
 * Hashes an origin's own file, once: `artifactFor` does that where it needs it. Whoever knows that it will can have it begun
 * before, beside waiting for something else.
 */
export async function digestOfOwn(from: RebuildSource): Promise<Digest | undefined> {
  const { rebuilt } = from;
  if (rebuilt === undefined) return undefined;
  const known = ownDigests.get(from) ?? digestOf(rebuilt.bytes.open({ ring: 3 }));
  ownDigests.set(from, known);
  return known;
}

/**
 * The executable of a target with an application in it, without a copy in memory or on disk.
 *
 * @throws {DeployError} `executable-damaged` if it is the origin itself, and its bytes are not those that its blob calls for.
 */
export async function artifactFor(
  target: LinuxTarget,
  { from, name, versions, runtimes, ...waiting }: ArtifactOptions,
): Promise<LinuxArtifact> {
  const { prefix } = table[target];
  const tail = tailOf(prefix, from.blob);
  const version = versions?.[target] ?? (await versionOf(target, from.blob));
  const own = ownBytes(target, from);
  if (own !== undefined && (await digestOfOwn(from)) !== version) throw damagedSource(from);
  const blobStart = blobStartOf(prefix);
  const blob = await bufferOf(from.blob);
  const cuts = cutsIn(blob).map((cut) => blobStart + cut);
  const wholeOf = (path: string) => joined([bytesOfFile(path, 0, prefix.sizeBytes), tail]);
  let whole = own && Promise.resolve(own);
  const prepared = (): Promise<Bytes> => {
    whole ??= prefixFile(target, { ...runtimes, ...waiting }).then(wholeOf, (error: unknown) => {
      // The next attempt tries anew.
      whole = undefined;
      throw error;
    });
    return whole;
  };
  return {
    name,
    target,
    version,
    sizeBytes: prefix.sizeBytes + tail.sizeBytes,
    prefix: {
      digest: prefix.digest,
      md5: prefix.md5,
      sizeBytes: prefix.sizeBytes,
      hashed: () => hashedPrefix(prefix),
    },
    blob: { digest: await digestOf([blob]), sizeBytes: from.blob.sizeBytes, open: () => from.blob.open() },
    cuts,
    async *open({ start = 0, end = Infinity, ...how } = {}) {
      if (start < prefix.sizeBytes) {
        yield* (await prepared()).open({ start, end, ...how });
      } else {
        yield* tail.open({ start: start - prefix.sizeBytes, end: end - prefix.sizeBytes, ...how });
      }
    },
    async prepare() {
      await prepared();
    },
  };
}

export interface RebuildOptions extends OriginOptions {
  /** The file to write; it is replaced if it is there. */
  readonly output: string;
}

/**
 * Writes the executable of a target with an application in it. What is written is hashed on its way, and takes the name only
 * if it is right.
 *
 * @returns its version.
 * @throws {DeployError} `bad-output` or `output-refused` for a file that cannot be written, `executable-damaged` if the
 *   origin's own bytes are not right, `runtime-unavailable` or `runtime-refused`.
 */
export async function rebuild(
  target: LinuxTarget,
  { from, output, runtimes, ...waiting }: RebuildOptions,
): Promise<Digest> {
  const here = { from, output, cacheFolder: runtimes?.cacheFolder, signal: waiting.signal };
  const version = await rebuildOffline(target, here);
  if (version !== undefined) return version;
  // A prefix that was cached and not right there is checked again, warned of and fetched anew.
  await prefixFile(target, { ...runtimes, ...waiting });
  const rebuilt = await rebuildOffline(target, here);
  if (rebuilt === undefined) throw damagedSource(from);
  return rebuilt;
}
