import { blobSelector, type StoredBlob, storedBlobs } from './blob-secrets.ts';
import type { Cluster } from '../api/client.ts';
import { listMetadata } from '../api/list-metadata.ts';

/** Which blobs an application has in its namespace, in one call and without what they hold. */
export async function findBlobs(
  cluster: Cluster,
  name: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<StoredBlob[]> {
  const found = await listMetadata(cluster, 'Secret', { labelSelector: blobSelector(name), ...options });
  return storedBlobs(
    name,
    found.map((metadata) => ({ metadata })),
  );
}

/** Which of the Secrets that pods mount are not there. */
export function missingIn(blobs: readonly StoredBlob[], secrets: readonly string[]): string[] {
  return secrets.filter((secret) => !blobs.some(({ present }) => present.has(secret)));
}

/** What is wrong where Secrets of a blob are gone. */
export function missingText(secrets: readonly string[]): string {
  const [first = '', ...others] = secrets;
  const which = others.length === 0 ? `The Secret ${first} is` : `${secrets.length} Secrets (${first}, ...) are`;
  return `${which} missing: a part of the executable, without which new pods cannot start`;
}
