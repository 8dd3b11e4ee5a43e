import type { V1ConfigMap, V1ObjectMeta } from '@kubernetes/client-node';
import type { ArtifactBlob } from '../../../executable/format/artifact.ts';
import { type Digest, digestOf, isDigest } from '../../../shared/digest.ts';
import { type Target, targets } from '../../../shared/target.ts';
import type { StoredArtifact } from '../../../store/store.ts';
import { blobKey, type PartKind } from '../manifest/blob-volume.ts';
import { labelSelector, objectLabels } from '../manifest/labels.ts';

/** Well below the 1 MiB that a ConfigMap may hold, and as base64 in JSON below the 1.5 MiB that etcd takes at once. */
const partBytes = 900 * 1024;

const blobAnnotation = 'selfsame.dev/blob';
const artifactAnnotation = 'selfsame.dev/artifact.';
const component = { 'app.kubernetes.io/component': 'blob' };

/** Selects the objects of one application that hold blobs, and none of its others. */
export function blobSelector(name: string): string {
  const [[key, value] = []] = Object.entries(component);
  return `${labelSelector(name)},${key}=${value}`;
}

/** A compressed blob, cut into what one ConfigMap holds. */
export interface PackedBlob {
  readonly digest: Digest;
  /** As it is once it is unpacked. */
  readonly sizeBytes: number;
  readonly parts: readonly Buffer[];
  /** Of each part. */
  readonly digests: readonly Digest[];
}

/** Cuts a compressed blob. */
export async function cutBlob({ digest, sizeBytes }: ArtifactBlob, packed: Buffer): Promise<PackedBlob> {
  const count = Math.ceil(packed.length / partBytes);
  const parts = Array.from({ length: count }, (_, at) => packed.subarray(at * partBytes, (at + 1) * partBytes));
  const digests = await Promise.all(parts.map(async (part) => digestOf([part])));
  return { digest, sizeBytes, parts, digests };
}

/**
 * The names of the parts of a blob, in their order.
 *
 * @param edition 0, and one more each time a part was found to hold something else: nodes go by the name of what is immutable, and
 *   would go on with what it held.
 */
export function partNames(
  name: string,
  { digest, edition, parts }: { digest: Digest; edition: number; parts: number },
): string[] {
  const stem = `${name}-blob-${digest.slice(0, 16)}${edition === 0 ? '' : `-${edition}`}`;
  return Array.from({ length: parts }, (_, at) => `${stem}-${String(at).padStart(3, '0')}`);
}

/** True of the name of a part of some blob. */
export function isPartName(name: string, part: string): boolean {
  return part.startsWith(`${name}-blob-`) && /^[0-9a-f]{16}(?:-\d+)?-\d{3}$/.test(part.slice(`${name}-blob-`.length));
}

/** A version that a blob makes. */
export type BlobArtifact = Pick<StoredArtifact, 'version' | 'name' | 'sizeBytes'> & { readonly target: Target };

interface PartOptions {
  readonly name: string;
  readonly namespace: string;
  readonly edition: number;
  readonly artifact: BlobArtifact;
}

/** The ConfigMaps of a blob, one for each part; the first one also says which versions the blob makes. */
export function partsFor(
  { digest, sizeBytes, parts, digests }: PackedBlob,
  { name, namespace, edition, artifact }: PartOptions,
): V1ConfigMap[] {
  const names = partNames(name, { digest, edition, parts: parts.length });
  const said = JSON.stringify({ digest, sizeBytes, parts: digests, ...(edition > 0 && { edition }) });
  return parts.map((part, at) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: names[at] ?? '',
      namespace,
      labels: { ...objectLabels(name), ...component },
      annotations: { [blobAnnotation]: said, ...(at === 0 && artifactNote(artifact)) },
    },
    // What runs must not change under its name; and the kubelet need not watch it.
    immutable: true,
    binaryData: { [blobKey]: part.toString('base64') },
  }));
}

/** What the first part says of a version. One blob makes one version for each target. */
function artifactNote({ target, version, name, sizeBytes }: BlobArtifact): Record<string, string> {
  return { [noteKey(target)]: JSON.stringify({ version, name, sizeBytes }) };
}

export function noteKey(target: Target): string {
  return `${artifactAnnotation}${target}`;
}

/** What the parts of a blob say, read from their metadata alone. */
export interface StoredBlob {
  readonly kind: PartKind;
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly edition: number;
  /** The names of all that there should be, in their order. */
  readonly parts: readonly string[];
  /** Those that are there, by name. */
  readonly present: ReadonlyMap<string, V1ObjectMeta>;
  /** True if none is missing. */
  readonly isComplete: boolean;
  readonly artifacts: readonly (BlobArtifact & Pick<StoredArtifact, 'storedAt'>)[];
}

/** Reads which blobs an application has. What does not say what it is part of does not count: anybody may write such objects. */
export function storedBlobs(name: string, kind: PartKind, found: readonly V1ObjectMeta[]): StoredBlob[] {
  const said = found.flatMap((metadata) => {
    const text = metadata.annotations?.[blobAnnotation];
    return text === undefined ? [] : [{ metadata, text }];
  });
  return [...Map.groupBy(said, ({ text }) => text)].flatMap(([text, members]) => {
    const { digest = '', sizeBytes, parts, edition = 0 } = parsed(text) as Partial<Record<keyof StoredBlob, unknown>>;
    // Secrets, in which selfsame stored before, say how many they are.
    const count = Array.isArray(parts) ? parts.length : parts;
    if (typeof digest !== 'string' || !isDigest(digest)) return [];
    if (typeof sizeBytes !== 'number' || typeof count !== 'number' || count < 1) return [];
    if (typeof edition !== 'number' || !Number.isSafeInteger(edition) || edition < 0) return [];
    const names = partNames(name, { digest, edition, parts: Math.min(count, 1000) });
    const own = members.filter(({ metadata }) => names.includes(metadata.name ?? ''));
    const present = new Map(own.map(({ metadata }) => [metadata.name ?? '', metadata]));
    const isComplete = present.size === names.length;
    const artifacts = artifactsIn(present.get(names[0] ?? ''));
    return [{ kind, digest, sizeBytes, edition, parts: names, present, isComplete, artifacts }];
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
