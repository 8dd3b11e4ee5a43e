import type { BlobItem, BlockBlobClient, ContainerClient, ContainerListBlobsOptions } from '@azure/storage-blob';
import { boundedBytes } from '../../shared/bounded.ts';
import type { Digest } from '../../shared/digest.ts';
import { targets } from '../../shared/target.ts';
import { mostPages, storeUnreadable } from '../errors.ts';
import { azureCode, type AzureCall, understood } from './call.ts';
import type { StoredArtifact, WaitOptions } from '../store.ts';

/**
 * What a container lists, as far as it is a list of blobs.
 *
 * @throws {DeployError} `store-unreachable` if it is none, or does not end.
 */
export async function* blobsIn(
  container: ContainerClient,
  options: ContainerListBlobsOptions,
): AsyncGenerator<BlobItem, void, void> {
  const what = `the objects of container "${container.containerName}"`;
  const listed = container.listBlobsFlat({ ...options, responseFormat: 'Xml' }).byPage();
  for (let pages = 1; ; pages += 1) {
    if (pages > mostPages) throw storeUnreadable(what, 'their list does not end');
    const { value, done } = await understood(what, async () => listed.next());
    if (done === true) return;
    const { segment, continuationToken: next = '' } = value;
    if (typeof next !== 'string') throw storeUnreadable(what, 'it is not told where their list goes on');
    for (const blob of segment.blobItems) {
      const { contentLength = 0, lastModified } = blob.properties ?? {};
      if (typeof blob.name !== 'string' || !Number.isSafeInteger(contentLength) || !isDate(lastModified)) {
        throw storeUnreadable(what, 'one has no name, no size or no date');
      }
      yield blob;
    }
  }
}

function isDate(value: unknown): boolean {
  return value instanceof Date && !Number.isNaN(value.getTime());
}

/** Every artifact of a container; none if that is not there. */
export async function artifactsInContainer(container: ContainerClient, signal: AbortSignal): Promise<StoredArtifact[]> {
  const found: StoredArtifact[] = [];
  try {
    for await (const blob of blobsIn(container, { includeMetadata: true, abortSignal: signal })) {
      const [, version, file] = /^([0-9a-f]{64})\/([^/]+)$/.exec(blob.name) ?? [];
      if (version === undefined || file === undefined) continue;
      const target = targets.find((known) => known === blob.metadata?.['target']);
      found.push({
        version: version as Digest,
        name: file,
        sizeBytes: blob.properties.contentLength ?? 0,
        storedAt: blob.properties.lastModified,
        target,
      });
    }
  } catch (error) {
    if (azureCode(error) !== 'ContainerNotFound') throw error;
  }
  return found;
}

/**
 * Gives an object the date of now, by writing what it tells of itself again.
 *
 * @returns false if it is gone.
 */
export async function touchBlob(
  blob: BlockBlobClient,
  { metadata, call, signal }: WaitOptions & { readonly metadata: Record<string, string>; readonly call: AzureCall },
): Promise<boolean> {
  return call(
    async (attempt) => {
      try {
        await blob.setMetadata(metadata, { abortSignal: attempt });
        return true;
      } catch (error) {
        if (azureCode(error) === 'BlobNotFound') return false;
        throw error;
      }
    },
    { signal },
  );
}

interface ReadRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly signal: AbortSignal;
  /** To be called whenever bytes came. */
  readonly alive: () => void;
}

/** Reads a part of an object. */
export async function readRange(blob: BlockBlobClient, { start, end, signal, alive }: ReadRange): Promise<Buffer> {
  const { readableStreamBody = [] } = await blob.download(start, end - start, {
    abortSignal: signal,
    maxRetryRequests: 0,
  });
  const seen = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of readableStreamBody) {
      alive();
      yield chunk as Buffer;
    }
  };
  return boundedBytes(seen(), { mostBytes: end - start });
}
