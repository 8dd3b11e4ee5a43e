import { isRestError } from '@azure/storage-blob';
import type { BlockBlobClient } from '@azure/storage-blob';
import { readQuery } from './access.ts';
import type { Opener } from './access.ts';
import { azureCode } from './call.ts';
import { md5In } from './blocks.ts';
import type { CopyRefusal } from '../copy-refusal.ts';
import { isPassingStatus } from '../../shared/network-failure.ts';

/** Bytes that an object of the same container holds. */
export interface Range {
  /** The object's name. */
  readonly from: string;
  readonly start: number;
  readonly sizeBytes: number;
  readonly md5: Buffer;
}

/** Fills a block with bytes that the store holds, or tells why not. */
export type Copy = (
  to: BlockBlobClient,
  id: string,
  { range, signal }: { range: Range; signal?: AbortSignal | undefined },
) => Promise<CopyRefusal | undefined>;

/**
 * Makes the way in which the store copies inside itself: Put Block From URL. No byte of what is copied passes through here.
 *
 * The service reads the source by a link, as anybody would, and compares what it has read with the MD5 that we ask for: what
 * was damaged, replaced or cut off in the store is refused. The link is signed for an hour, for reading alone.
 */
export function copier(opener: Opener): Copy {
  const { container, call } = opener;
  let query: Promise<string> | undefined;
  return async (to, id, { range: { from, start, sizeBytes, md5 }, signal }) => {
    query ??= readQuery(opener, signal).catch((error: unknown) => {
      query = undefined;
      throw error;
    });
    const source = container.getBlobClient(from).url.split('?', 1)[0] ?? '';
    const url = `${source}?${await query}`;
    return call(
      async (attempt) => {
        try {
          await to.stageBlockFromURL(id, url, start, sizeBytes, { sourceContentMD5: md5, abortSignal: attempt });
          return undefined;
        } catch (error) {
          const refusal = refusalOf(error);
          if (refusal !== undefined) return refusal;
          throw error;
        }
      },
      // Nothing is heard of a copy until it is done.
      { signal, tries: 3, stallMs: 120_000 },
    );
  };
}

function refusalOf(error: unknown): CopyRefusal | undefined {
  if (!isRestError(error)) return undefined;
  const { statusCode = 0 } = error;
  if (statusCode < 400 || isPassingStatus(statusCode)) return undefined;
  const code = azureCode(error) ?? '';
  const isDamaged = statusCode === 416 || code === 'Md5Mismatch' || code === 'InvalidRange';
  return {
    kind: statusCode === 404 ? 'gone' : isDamaged ? 'damaged' : 'refused',
    text: `${statusCode} ${/^[A-Za-z0-9]+$/.test(code) ? code : ''}`.trim(),
  };
}

/** What an object holds, block by block, by MD5 and size; nothing if it is not there or was not stored by us. */
export async function rangesOf(
  from: string,
  { container, call }: Pick<Opener, 'container' | 'call'>,
  signal?: AbortSignal,
): Promise<Map<string, Range>> {
  return call(
    async (attempt) => {
      const ranges = new Map<string, Range>();
      try {
        const blob = container.getBlockBlobClient(from);
        const { committedBlocks = [] } = await blob.getBlockList('committed', { abortSignal: attempt });
        let start = 0;
        for (const { name, size: sizeBytes } of committedBlocks) {
          const md5 = md5In(name);
          if (md5 !== undefined) ranges.set(contentKey({ md5, sizeBytes }), { from, start, sizeBytes, md5 });
          start += sizeBytes;
        }
      } catch (error) {
        if (azureCode(error) !== 'BlobNotFound') throw error;
      }
      return ranges;
    },
    { signal },
  );
}

export function contentKey({ md5, sizeBytes }: Pick<Range, 'md5' | 'sizeBytes'>): string {
  return `${md5.toString('hex')} ${sizeBytes}`;
}
