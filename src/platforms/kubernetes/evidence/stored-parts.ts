import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createZstdDecompress } from 'node:zlib';
import type { V1ConfigMap } from '@kubernetes/client-node';
import type { MountedPlace } from '../../../store/store.ts';
import type { Comparison } from '../../evidence.ts';
import { permitted } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { pathOf } from '../api/resource-paths.ts';
import { blobKey } from '../manifest/blob-volume.ts';

/** Compares what pods mount with the blob that they are to make of it: read here, decompressed and hashed. */
export async function compareParts(
  cluster: Cluster,
  { configMaps, blob }: MountedPlace,
  { signal }: { readonly signal: AbortSignal },
): Promise<Comparison> {
  const { namespace } = cluster;
  const object = configMaps.length === 1 ? `ConfigMap ${configMaps[0]}` : `${configMaps.length} ConfigMaps`;
  const parts: Buffer[] = [];
  for (const name of configMaps) {
    const found = await permitted(
      async () => (await cluster.find<V1ConfigMap>(pathOf('ConfigMap', { namespace, name }), { signal })) ?? null,
    );
    if (found === undefined)
      return { ...stored, object, result: 'not-proven', reason: 'this account may not get configmaps' };
    const data = found?.binaryData?.[blobKey];
    if (data === undefined)
      return { ...stored, object, result: 'differs', reason: `${name} is gone: new pods cannot start` };
    parts.push(Buffer.from(data, 'base64'));
  }
  const digest = await digestOfUnpacked(parts, blob.sizeBytes);
  if (digest === blob.digest) return { ...stored, object, result: 'same' };
  const what = digest === undefined ? 'what is damaged' : `an application with the SHA-256 ${digest}`;
  return { ...stored, object, result: 'differs', reason: `it holds ${what}: pods refuse it` };
}

const stored = { evidence: 'stored' } as const;

/** Undefined for what is no zstd, or longer than wanted. */
async function digestOfUnpacked(parts: readonly Buffer[], sizeBytes: number): Promise<string | undefined> {
  const hash = createHash('sha256');
  let length = 0;
  try {
    await pipeline(parts, createZstdDecompress(), async (unpacked: AsyncIterable<Buffer>) => {
      for await (const chunk of unpacked) {
        length += chunk.length;
        if (length > sizeBytes) throw new RangeError('longer than wanted');
        hash.update(chunk);
      }
    });
  } catch (error) {
    if (error instanceof RangeError || (error as { code?: string }).code?.startsWith('Z') === true) return undefined;
    throw error;
  }
  return hash.digest('hex');
}
