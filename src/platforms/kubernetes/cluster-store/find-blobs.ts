import { blobSelector, isPartName, type StoredBlob, storedBlobs } from './blob-parts.ts';
import { permitted } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { listMetadata } from '../api/list-metadata.ts';
import { type MountedParts, mountedPartsIn, type PartKind } from '../manifest/blob-volume.ts';
import { ownedRevisions } from './owned-revisions.ts';

interface How {
  readonly signal?: AbortSignal | undefined;
}

/** Which blobs an application has in its namespace, in one call and without what they hold. */
export async function findBlobs(
  cluster: Cluster,
  name: string,
  { kind = 'ConfigMap', signal }: How & { readonly kind?: PartKind } = {},
): Promise<StoredBlob[]> {
  return storedBlobs(name, kind, await listMetadata(cluster, kind, { labelSelector: blobSelector(name), signal }));
}

/** As `findBlobs`, also those in Secrets, where an earlier selfsame stored, as far as we may see them. */
export async function findAllBlobs(cluster: Cluster, name: string, how: How = {}): Promise<StoredBlob[]> {
  const [blobs, earlier] = await Promise.all([
    findBlobs(cluster, name, how),
    permitted(async () => findBlobs(cluster, name, { kind: 'Secret', ...how })),
  ]);
  return [...blobs, ...(earlier ?? [])];
}

/**
 * The Secrets in which an earlier selfsame stored what revisions mount, where this account may not see Secrets: it cannot delete
 * them. An account that is to deploy need not see any.
 */
export async function hiddenParts(cluster: Cluster, name: string, how: How = {}): Promise<string[]> {
  if ((await permitted(async () => findBlobs(cluster, name, { kind: 'Secret', ...how }))) !== undefined) return [];
  const revisions = await ownedRevisions(cluster, name, how);
  const mounted = revisions.flatMap(({ spec }) => mountedPartsIn(spec?.template?.spec?.volumes).blobSecrets);
  // Who may change a Deployment may have it mount any Secret, and somebody is to delete those.
  return [...new Set(mounted)].filter((secret) => isPartName(name, secret));
}

/** What is wrong where parts that pods mount are not there; undefined if all are. */
export async function missingParts(
  cluster: Cluster,
  name: string,
  { blobConfigMaps, blobSecrets, signal }: MountedParts & How,
): Promise<string | undefined> {
  for (const [kind, mounted] of [['ConfigMap', blobConfigMaps] as const, ['Secret', blobSecrets] as const]) {
    const blobs = mounted.length === 0 ? [] : await findBlobs(cluster, name, { kind, signal });
    const missing = mounted.filter((part) => !blobs.some(({ present }) => present.has(part)));
    if (missing.length > 0) return missingText(kind, missing);
  }
  return undefined;
}

/** What is wrong where parts of a blob are gone. */
export function missingText(kind: PartKind, parts: readonly string[]): string {
  const [first = '', ...others] = parts;
  const which = others.length === 0 ? `The ${kind} ${first} is` : `${parts.length} ${kind}s (${first}, ...) are`;
  return `${which} missing: a part of the executable, without which new pods cannot start`;
}
