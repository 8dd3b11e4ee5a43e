import type { V1Secret } from '@kubernetes/client-node';
import type { Artifact, ArtifactBlob } from '../../../executable/format/artifact.ts';
import { packBlob } from '../../../executable/format/packed-blob.ts';
import type { Digest } from '../../../shared/digest.ts';
import { DeployError } from '../../../shared/errors.ts';
import type { MountedPlace, Store } from '../../../store/store.ts';
import {
  type BlobArtifact,
  cutBlob,
  type PackedBlob,
  secretFor,
  secretNames,
  type StoredBlob,
} from './blob-secrets.ts';
import type { Cluster } from '../api/client.ts';
import { findBlobs } from './find-blobs.ts';
import { permitted } from '../api/api-error.ts';
import { pathOf } from '../api/resource-paths.ts';
import { type Rules, rulesIn } from '../api/rights.ts';
import { removeFromSecrets } from './remove-version.ts';
import { checkRights, refusedSecret, tooLarge } from './store-rights.ts';
import { writeSecret } from './write-secret.ts';
import { createHash } from 'node:crypto';
import { assertDigest } from '../../../executable/format/assert-digest.ts';

/**
 * 37 Secrets. Measured with one replica of noise, 1, 15, 31 and 63 MiB: the first one is ready after 3.3, 5.6, 9.5 and 13.8 s, and etcd holds
 * 2, 53, 110 and 213 MB more after three versions, of the 2 GB that it takes by default. At 63 MiB ten versions of one application would be a third
 * of that, and the API server keeps all of them in memory. `npm run bench -- large` measures it.
 */
const limitMebibytes = 32;

export interface SecretStoreOptions {
  /** Of the deployment: with its objects the Secrets go, too. */
  readonly name: string;
  /** Asks what we may do in the namespace, where others ask that as well. */
  readonly askRules?: ((signal?: AbortSignal) => Promise<Rules>) | undefined;
}

/**
 * A store in the cluster itself: the blob, compressed, in immutable Secrets beside the application. Pods mount them, and need
 * no network to start. What every revision has in common is written once.
 */
export function secretStore(cluster: Cluster, { name, askRules }: SecretStoreOptions): Store<MountedPlace> {
  const { namespace } = cluster;
  const access = 'volume of Secrets, no network needed';
  const packed = new Map<Digest, Promise<PackedBlob>>();
  /** As they were listed after the last one was stored; the next one begins with that. */
  let listed: readonly StoredBlob[] | undefined;

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

  const placeOf = async (artifact: Pick<Artifact, 'name' | 'blob'>): Promise<MountedPlace> => {
    const { digest, sizeBytes, parts } = await packedOnce(artifact);
    return {
      kind: 'mounted',
      secrets: secretNames(name, { digest, parts: parts.length }),
      blob: { digest, sizeBytes },
    };
  };

  return {
    address: `Secrets in namespace ${namespace}`,
    access,
    placeOf,

    async check(options = {}) {
      const rules = await rulesOr(askRules ?? (async (signal) => rulesIn(cluster, signal)), options);
      await checkRights(cluster, { ...options, rules });
      await trySecret(cluster, { name, ...options });
    },

    async has(artifact, options) {
      return (await findBlobs(cluster, name, options)).some((blob) => holds(blob, artifact));
    },

    async put(artifact, { signal, onProgress } = {}) {
      signal?.throwIfAborted();
      const { digest } = blobOf(artifact);
      const before = (listed ?? (await findBlobs(cluster, name, { signal }))).find((blob) => blob.digest === digest);
      listed = undefined;
      if (before !== undefined && holds(before, artifact)) return { sentBytes: 0, reusedBytes: 0 };

      await proveVersion(artifact);
      const whole = await packedOnce(artifact);
      const secrets = whole.parts.map((_, at) => secretFor(whole, { name, namespace, at, artifact: noteOf(artifact) }));
      const isThere = ({ metadata }: V1Secret) => before?.present.has(metadata?.name ?? '') === true;
      const missing = secrets.filter((secret) => !isThere(secret));
      const totalBytes = bytesIn(missing);
      let sentBytes = 0;
      // The first one in any case: it says which versions there are.
      for (const secret of secrets.filter((one, at) => at === 0 || !isThere(one))) {
        signal?.throwIfAborted();
        await writeSecret(cluster, secret, { isThere: isThere(secret), signal });
        if (isThere(secret)) continue;
        sentBytes += bytesIn([secret]);
        onProgress?.(sentBytes, totalBytes);
      }
      signal?.throwIfAborted();
      const after = await findBlobs(cluster, name, { signal });
      if (!after.some((blob) => holds(blob, artifact))) throw removedMeanwhile();
      listed = after;
      return { sentBytes, reusedBytes: bytesIn(secrets) - sentBytes };
    },

    async source(artifact) {
      return { ...(await placeOf(artifact)), access };
    },

    async accessOf() {
      return { access };
    },

    async list(options) {
      return (await findBlobs(cluster, name, options))
        .filter(({ isComplete }) => isComplete)
        .flatMap(({ artifacts }) => artifacts);
    },

    async remove(version, options = {}) {
      const blobs = await findBlobs(cluster, name, options);
      await removeFromSecrets(cluster, { name, version, blobs, ...options });
    },
  };
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

/** What crosses the wire of Secrets. */
function bytesIn(secrets: readonly V1Secret[]): number {
  return secrets.flatMap(({ data = {} }) => Object.values(data)).reduce((sum, { length }) => sum + length, 0);
}

/** Where they may not be asked for, single rights are. */
async function rulesOr(
  ask: (signal?: AbortSignal) => Promise<Rules>,
  { signal }: { readonly signal?: AbortSignal | undefined },
): Promise<Rules> {
  return (await permitted(() => ask(signal))) ?? { resourceRules: [], incomplete: true };
}

/** Has the cluster check a small Secret and not keep it: quota, admission, and whether there is such a namespace. */
async function trySecret(
  cluster: Cluster,
  { name, signal }: { name: string; signal?: AbortSignal | undefined },
): Promise<void> {
  const { namespace } = cluster;
  const digest = '0'.repeat(64) as Digest;
  const artifact = { version: digest, name, sizeBytes: 0, target: 'linux-x64' } as const;
  const whole = { digest, sizeBytes: 0, parts: [Buffer.alloc(1)] };
  const body = secretFor(whole, { name, namespace, at: 0, artifact });
  try {
    const query = { dryRun: 'All' };
    await cluster.request('POST', pathOf('Secret', { namespace }), { query, body, signal });
  } catch (error) {
    throw refusedSecret(error, cluster);
  }
}

function removedMeanwhile(): DeployError {
  return new DeployError('store-unreachable', 'Secrets of the application were deleted while others were stored', {
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
