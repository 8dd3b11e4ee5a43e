import type { V1ObjectMeta, V1Secret } from '@kubernetes/client-node';
import type { ArtifactBlob } from '../../../executable/format/artifact.ts';
import { type Digest, isDigest } from '../../../shared/digest.ts';
import { type Target, targets } from '../../../shared/target.ts';
import type { StoredArtifact } from '../../../store/store.ts';
import { blobKey } from '../manifest/blob-volume.ts';
import { labelSelector, objectLabels } from '../manifest/labels.ts';

/** Well below the 1 MiB that a Secret may hold, and as base64 in JSON below the 1.5 MiB that etcd takes at once. */
const partBytes = 900 * 1024;

const blobAnnotation = 'selfsame.dev/blob';
const artifactAnnotation = 'selfsame.dev/artifact.';
const component = { 'app.kubernetes.io/component': 'blob' };

/** Selects the Secrets of one application that hold blobs, and none of its other Secrets. */
export function blobSelector(name: string): string {
  const [[key, value] = []] = Object.entries(component);
  return `${labelSelector(name)},${key}=${value}`;
}

/** A compressed blob, cut into what one Secret holds. */
export interface PackedBlob {
  readonly digest: Digest;
  /** As it is once it is unpacked. */
  readonly sizeBytes: number;
  readonly parts: readonly Buffer[];
}

/** Cuts a compressed blob. */
export function cutBlob({ digest, sizeBytes }: ArtifactBlob, packed: Buffer): PackedBlob {
  const count = Math.ceil(packed.length / partBytes);
  const parts = Array.from({ length: count }, (_, at) => packed.subarray(at * partBytes, (at + 1) * partBytes));
  return { digest, sizeBytes, parts };
}

/** The names of the Secrets of a blob, in the order of its parts. The same blob always has the same. */
export function secretNames(name: string, { digest, parts }: { digest: Digest; parts: number }): string[] {
  return Array.from({ length: parts }, (_, at) => `${name}-blob-${digest.slice(0, 16)}-${String(at).padStart(3, '0')}`);
}

/** A version that a blob makes. */
export type BlobArtifact = Pick<StoredArtifact, 'version' | 'name' | 'sizeBytes'> & { readonly target: Target };

/** The Secret of one part; the first one also says which versions the blob makes. */
export function secretFor(
  { digest, sizeBytes, parts }: PackedBlob,
  { name, namespace, at, artifact }: { name: string; namespace: string; at: number; artifact: BlobArtifact },
): V1Secret {
  const names = secretNames(name, { digest, parts: parts.length });
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: names[at] ?? '',
      namespace,
      labels: { ...objectLabels(name), ...component },
      annotations: {
        [blobAnnotation]: JSON.stringify({ digest, sizeBytes, parts: parts.length }),
        ...(at === 0 && artifactNote(artifact)),
      },
    },
    // What runs must not change under its name; and the kubelet need not watch it.
    immutable: true,
    type: 'Opaque',
    data: { [blobKey]: (parts[at] ?? Buffer.alloc(0)).toString('base64') },
  };
}

/** What the first Secret says of a version. One blob makes one version for each target. */
function artifactNote({ target, version, name, sizeBytes }: BlobArtifact): Record<string, string> {
  return { [noteKey(target)]: JSON.stringify({ version, name, sizeBytes }) };
}

export function noteKey(target: Target): string {
  return `${artifactAnnotation}${target}`;
}

/** What the Secrets of a blob say, read from their metadata alone. */
export interface StoredBlob {
  readonly digest: Digest;
  readonly sizeBytes: number;
  /** All that there should be, in the order of the parts. */
  readonly secrets: readonly string[];
  /** Those that are there, by name. */
  readonly present: ReadonlyMap<string, V1ObjectMeta>;
  /** True if none is missing. */
  readonly isComplete: boolean;
  readonly artifacts: readonly (BlobArtifact & Pick<StoredArtifact, 'storedAt'>)[];
}

/** Reads which blobs an application has. What does not say what it is part of does not count: anybody may write a Secret. */
export function storedBlobs(name: string, items: readonly { readonly metadata?: V1ObjectMeta }[]): StoredBlob[] {
  const said = items.flatMap(({ metadata }) => {
    const text = metadata?.annotations?.[blobAnnotation];
    return metadata === undefined || text === undefined ? [] : [{ metadata, text }];
  });
  return [...Map.groupBy(said, ({ text }) => text)].flatMap(([text, members]) => {
    const { digest = '', sizeBytes, parts } = parsed(text) as { digest?: string; sizeBytes?: number; parts?: number };
    if (!isDigest(digest) || typeof sizeBytes !== 'number' || typeof parts !== 'number' || parts < 1) return [];
    const secrets = secretNames(name, { digest, parts: Math.min(parts, 1000) });
    const own = members.filter(({ metadata }) => secrets.includes(metadata.name ?? ''));
    const present = new Map(own.map(({ metadata }) => [metadata.name ?? '', metadata]));
    const isComplete = present.size === secrets.length;
    return [{ digest, sizeBytes, secrets, present, isComplete, artifacts: artifactsIn(present.get(secrets[0] ?? '')) }];
  });
}

function artifactsIn({ annotations = {}, creationTimestamp }: V1ObjectMeta = {}): StoredBlob['artifacts'] {
  return targets.flatMap((target) => {
    const text = annotations[noteKey(target)];
    const { version = '', name, sizeBytes } = parsed(text ?? '') as Partial<Record<keyof BlobArtifact, unknown>>;
    if (typeof version !== 'string' || !isDigest(version) || typeof name !== 'string') return [];
    const storedAt = new Date(creationTimestamp ?? 0);
    return [{ version, name, target, sizeBytes: typeof sizeBytes === 'number' ? sizeBytes : 0, storedAt }];
  });
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
