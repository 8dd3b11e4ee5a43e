import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import type { BlockBlobClient } from '@azure/storage-blob';
import type { Artifact, Hashing } from '../../executable/format/artifact.ts';
import { assertDigest } from '../../executable/format/assert-digest.ts';
import type { Digest } from '../../shared/digest.ts';
import { azureCode } from './call.ts';
import type { AzureCall } from './call.ts';
import { blockId, blocksOf } from './blocks.ts';
import type { Block, Span } from './blocks.ts';
import type { ProgressMeter } from '../progress-meter.ts';
import { boundedSend } from '../bounded-send.ts';

const blocksAtOnce = 4;
/** What is handed to the socket at a time, so that progress tells what has left. */
const sliceBytes = 64 * 1024;

/** A part of an artifact, and what proves that its bytes are right. */
export interface BlobPart extends Span {
  /** Takes in the part's bytes. */
  readonly hash: Hashing;
  /** What that has to make. */
  readonly digest: Digest;
}

export interface Staging {
  readonly call: AzureCall;
  readonly signal: AbortSignal | undefined;
  /** Ids of the blocks that are there. */
  readonly staged: ReadonlySet<string>;
  readonly counted: ProgressMeter;
  /** Has the store itself fill a block, if it holds these bytes already; tells if it did. */
  readonly copied: (block: CopiedBlock, signal: AbortSignal) => Promise<boolean>;
}

interface CopiedBlock {
  readonly id: string;
  readonly md5: Buffer;
  readonly sizeBytes: number;
}

/**
 * Brings a part of an artifact to the store as blocks: what is not there yet is copied or else sent.
 *
 * One sequential read feeds the hash and at most `blocksAtOnce` requests; memory stays at a few blocks.
 *
 * @returns the ids of its blocks, in their order.
 * @throws {DeployError} `executable-damaged` if the bytes are not the version's.
 */
export async function stagePart(
  blob: BlockBlobClient,
  artifact: Artifact,
  { part, ...staging }: Staging & { part: BlobPart },
): Promise<string[]> {
  const { signal, staged, counted } = staging;
  const ids: string[] = [];
  await boundedSend({ atOnce: blocksAtOnce, signal }, async (stop, begin) => {
    // A chunk is copied into its block while the stream holds one more and the file is read into a third.
    const bytes = artifact.open({ start: part.start, end: part.end, ring: 4 });
    const chunks = Readable.from(bytes, { signal: stop, highWaterMark: 1 });
    for await (const block of blocksOf(chunks, part)) {
      part.hash.update(block.bytes);
      const md5 = createHash('md5').update(block.bytes).digest();
      const id = blockId(block.start, md5);
      ids.push(id);
      if (staged.has(id)) {
        counted.reused(block.bytes.length);
        block.release();
        continue;
      }
      await begin(async () => {
        await stage(blob, { id, md5, block }, { ...staging, signal: stop });
        block.release();
      });
    }
  });
  assertDigest(artifact, part.hash, part.digest);
  return ids;
}

async function stage(
  blob: BlockBlobClient,
  { id, md5, block: { bytes } }: { id: string; md5: Buffer; block: Block },
  { call, counted, copied, signal }: Staging & { signal: AbortSignal },
): Promise<void> {
  if (await copied({ id, md5, sizeBytes: bytes.length }, signal)) {
    counted.reused(bytes.length);
    return;
  }
  const progress = counted.block();
  await call(
    (attempt, alive) => {
      progress.begin();
      return blob.stageBlock(id, () => Readable.from(slicesOf(bytes)), bytes.length, {
        abortSignal: attempt,
        transactionalContentMD5: md5,
        onProgress: ({ loadedBytes }) => {
          alive();
          progress.at(loadedBytes);
        },
      });
    },
    { signal, tries: 5, stallMs: 30_000 },
  );
}

/** Blocks that an earlier or another upload of the same object has left, kept by Azure for a week. */
export async function stagedBlocks(blob: BlockBlobClient, call: AzureCall, signal?: AbortSignal): Promise<Set<string>> {
  return call(
    async (attempt) => {
      try {
        const { uncommittedBlocks = [] } = await blob.getBlockList('uncommitted', { abortSignal: attempt });
        return new Set(uncommittedBlocks.map(({ name }) => name));
      } catch (error) {
        if (azureCode(error) === 'BlobNotFound') return new Set<string>();
        throw error;
      }
    },
    { signal },
  );
}

export interface Commit {
  readonly ids: string[];
  readonly metadata: Record<string, string>;
  /** The object that it may take the place of; none by default. */
  readonly replaced?: string | undefined;
  readonly call: AzureCall;
  readonly signal: AbortSignal | undefined;
}

/** Makes blocks an object. False if another was there before, or took the blocks. */
export async function commit(
  blob: BlockBlobClient,
  { ids, metadata, replaced, call, signal }: Commit,
): Promise<boolean> {
  return call(
    async (attempt) => {
      try {
        await blob.commitBlockList(ids, {
          abortSignal: attempt,
          conditions: replaced === undefined ? { ifNoneMatch: '*' } : { ifMatch: replaced },
          blobHTTPHeaders: { blobContentType: 'application/octet-stream' },
          metadata,
        });
        return true;
      } catch (error) {
        // The last one: whoever committed first took our blocks, too.
        const byAnother = ['BlobAlreadyExists', 'ConditionNotMet', 'InvalidBlockList'];
        if (byAnother.includes(azureCode(error) ?? '')) return false;
        throw error;
      }
    },
    { signal },
  );
}

function* slicesOf(bytes: Buffer): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += sliceBytes) yield bytes.subarray(start, start + sliceBytes);
}
