import { createHash } from 'node:crypto';
import type { Artifact, ArtifactBlob } from '../../../executable/format/artifact.ts';
import { assertDigest } from '../../../executable/format/assert-digest.ts';
import { packBlob } from '../../../executable/format/packed-blob.ts';
import type { Digest } from '../../../shared/digest.ts';
import { DeployError } from '../../../shared/errors.ts';
import type { MountedPlace, Store } from '../../../store/store.ts';
import { permitted } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { pathOf } from '../api/resource-paths.ts';
import { type Rules, rulesIn } from '../api/rights.ts';
import { type BlobArtifact, cutBlob, type PackedBlob, partNames, partsFor, type StoredBlob } from './blob-parts.ts';
import { findAllBlobs, findBlobs } from './find-blobs.ts';
import { removeFromBlobs } from './remove-version.ts';
import { checkRights, refusedPart, tooLarge } from './store-rights.ts';
import { holdSame } from './write-part.ts';
import { writeParts } from './write-parts.ts';

/**
 * 37 parts. Measured in Secrets, which cost the same, with one replica of noise, 1, 15, 31 and 63 MiB: the first one is ready after 3.3, 5.6, 9.5
 * and 13.8 s, and etcd holds 2, 53, 110 and 213 MB more after three versions, of the 2 GB that it takes by default. At 63 MiB ten versions of one
 * application would be a third of that, and the API server keeps all of them in memory. `npm run bench -- large` measures it.
 */
const limitMebibytes = 32;

export interface ClusterStoreOptions {
  /** Of the deployment: with its objects the parts go, too. */
  readonly name: string;
  /** Asks what we may do in the namespace, where others ask that as well. */
  readonly askRules?: ((signal?: AbortSignal) => Promise<Rules>) | undefined;
}

/**
 * A store in the cluster itself: the blob, compressed, in immutable ConfigMaps beside the application. Pods mount them, and need
 * no network to start. What every revision has in common is written once.
 *
 * Whoever deletes one and makes it anew with other bytes stops pods from starting, since the runner hashes what it was given; the
 * next deploy finds it, and writes all of them under other names.
 */
export function clusterStore(cluster: Cluster, { name, askRules }: ClusterStoreOptions): Store<MountedPlace> {
  const { namespace } = cluster;
  const access = 'volume of ConfigMaps, no network needed';
  const packed = new Map<Digest, Promise<PackedBlob>>();
  /** Which edition of a blob `put` has left. */
  const editions = new Map<Digest, number>();
  /** The names of parts of which `put` has seen what they hold, or written it. */
  const sound = new Set<string>();
  /** As they were listed last; the next `put` begins with that. */
  let listed: Promise<readonly StoredBlob[]> | undefined;

  /** Once for all architectures, for whoever asks where it will be and for whoever stores it. */
  const packedOnce = async (artifact: Pick<Artifact, 'name' | 'blob'>): Promise<PackedBlob> => {
    const blob = blobOf(artifact);
    const known = packed.get(blob.digest);
    if (known !== undefined) return known;
    const packing = pack(blob);
    packed.set(blob.digest, packing);
    packing.catch(() => packed.delete(blob.digest));
    return packing;
  };

  const listOnce = async (): Promise<readonly StoredBlob[]> => {
    const listing = (listed ??= findBlobs(cluster, name));
    listing.catch(() => (listed = undefined));
    return listing;
  };

  const placeOf = async (artifact: Pick<Artifact, 'name' | 'blob'>): Promise<MountedPlace> => {
    const { digest, sizeBytes, parts } = await packedOnce(artifact);
    // Who may not list them is told so by `check`, with all else that is in the way.
    const there = editions.has(digest) ? [] : ((await permitted(listOnce)) ?? []);
    const edition = editions.get(digest) ?? lastEdition(there, digest)?.edition ?? 0;
    const configMaps = partNames(name, { digest, edition, parts: parts.length });
    return { kind: 'mounted', configMaps, blob: { digest, sizeBytes } };
  };

  return {
    address: `ConfigMaps in namespace ${namespace}`,
    access,
    placeOf,

    async check(options = {}) {
      const rules = await rulesOr(askRules ?? (async (signal) => rulesIn(cluster, signal)), options);
      await checkRights(cluster, { ...options, rules });
      await tryPart(cluster, { name, ...options });
    },

    async has(artifact, options) {
      return (await findBlobs(cluster, name, options)).some((blob) => holds(blob, artifact));
    },

    async put(artifact, { signal, onProgress } = {}) {
      signal?.throwIfAborted();
      const whole = await packedOnce(artifact);
      const blobs = await (listed ?? findBlobs(cluster, name, { signal }));
      listed = undefined;
      const before = lastEdition(blobs, whole.digest);
      const partsOf = (edition: number) => partsFor(whole, { name, namespace, edition, artifact: noteOf(artifact) });
      const isHeld = before !== undefined && holds(before, artifact);
      if (isHeld) {
        const unseen = partsOf(before.edition).filter(({ metadata }) => !sound.has(metadata?.name ?? ''));
        if (await holdSame(cluster, unseen, { signal })) {
          for (const { metadata } of unseen) sound.add(metadata?.name ?? '');
          editions.set(whole.digest, before.edition);
          listed = Promise.resolve(blobs);
          return { sentBytes: 0, reusedBytes: 0 };
        }
      }
      await proveVersion(artifact);
      const written = await writeParts(cluster, { before, partsOf, sound, signal, onProgress });
      signal?.throwIfAborted();
      const after = await findBlobs(cluster, name, { signal });
      const isThere = (blob: StoredBlob) => blob.edition === written.edition && blob.digest === whole.digest;
      if (!after.some((blob) => isThere(blob) && holds(blob, artifact))) throw removedMeanwhile();
      editions.set(whole.digest, written.edition);
      listed = Promise.resolve(after);
      return { sentBytes: written.sentBytes, reusedBytes: written.reusedBytes };
    },

    async source(artifact) {
      return { ...(await placeOf(artifact)), access };
    },

    async accessOf() {
      return { access };
    },

    async list(options) {
      return (await findAllBlobs(cluster, name, options))
        .filter(({ isComplete }) => isComplete)
        .flatMap(({ artifacts }) => artifacts);
    },

    async remove(version, options = {}) {
      listed = undefined;
      sound.clear();
      const blobs = await findAllBlobs(cluster, name, options);
      await removeFromBlobs(cluster, { name, version, blobs, ...options });
    },
  };
}

/** The newest keeping of a blob; earlier ones were damaged. */
function lastEdition(blobs: readonly StoredBlob[], digest: Digest): StoredBlob | undefined {
  return blobs.filter((blob) => blob.digest === digest).toSorted((one, other) => other.edition - one.edition)[0];
}

function holds({ isComplete, artifacts }: StoredBlob, { version, name }: Pick<Artifact, 'version' | 'name'>): boolean {
  return isComplete && artifacts.some((artifact) => artifact.version === version && artifact.name === name);
}

function noteOf({ version, name, sizeBytes, target }: Artifact): BlobArtifact {
  return { version, name, sizeBytes, target };
}

function blobOf({ blob, name }: Pick<Artifact, 'name' | 'blob'>): ArtifactBlob {
  if (blob !== undefined) return blob;
  throw new TypeError(`${name} carries no blob that could be stored`);
}

async function pack(blob: ArtifactBlob): Promise<PackedBlob> {
  const packed = await packBlob(blob, { limitBytes: limitMebibytes << 20 });
  if (packed === undefined) throw tooLarge(limitMebibytes);
  return cutBlob(blob, packed);
}

/** Where they may not be asked for, single rights are. */
async function rulesOr(
  ask: (signal?: AbortSignal) => Promise<Rules>,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<Rules> {
  return (await permitted(() => ask(signal))) ?? { resourceRules: [], incomplete: true };
}

/** Has the cluster check a small ConfigMap and not keep it: quota, admission, and whether there is such a namespace. */
async function tryPart(
  cluster: Cluster,
  { name, signal }: { name: string; signal?: AbortSignal | undefined },
): Promise<void> {
  const { namespace } = cluster;
  const digest = '0'.repeat(64) as Digest;
  const artifact = { version: digest, name, sizeBytes: 0, target: 'linux-x64' } as const;
  const whole = { digest, sizeBytes: 0, parts: [Buffer.alloc(1)], digests: [digest] };
  const [body] = partsFor(whole, { name, namespace, edition: 0, artifact });
  try {
    const query = { dryRun: 'All' };
    await cluster.request('POST', pathOf('ConfigMap', { namespace }), { query, body, signal });
  } catch (error) {
    throw refusedPart(error, cluster);
  }
}

function removedMeanwhile(): DeployError {
  return new DeployError('store-unreachable', 'Parts of the application were deleted while others were stored', {
    hint: 'Run the same command again: it stores what is missing.',
  });
}

/**
 * Makes sure that an artifact's bytes are its version. The prefix need not be read: what it hashes to is known.
 *
 * @throws {DeployError} `executable-damaged` if they are not.
 */
async function proveVersion(artifact: Artifact): Promise<void> {
  const { prefix } = artifact;
  const hash = prefix === undefined ? createHash('sha256') : await prefix.hashed();
  for await (const chunk of artifact.open({ start: prefix?.sizeBytes ?? 0 })) hash.update(chunk);
  assertDigest(artifact, hash);
}
