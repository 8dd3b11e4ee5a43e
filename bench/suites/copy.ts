// The floor of sending a new version: what the blob server itself takes to copy one prefix into an object.
import { randomBytes } from 'node:crypto';
import { BlobSASPermissions, BlobServiceClient } from '@azure/storage-blob';
import type { CountingAzurite } from '../tools/counting-azurite.ts';
import type { Row } from '../tools/table.ts';

/**
 * Copies the largest prefix that is stored, block and commit alone, so many times.
 *
 * @returns no row where none is stored.
 */
export async function copyRow({ connectionString }: CountingAzurite, runs: number): Promise<Row[]> {
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('selfsame');
  const runtimes = await Array.fromAsync(container.listBlobsFlat({ prefix: 'runtimes/' }));
  const [largest] = runtimes.toSorted((a, b) => (b.properties.contentLength ?? 0) - (a.properties.contentLength ?? 0));
  if (largest === undefined) return [];
  const source = await container.getBlockBlobClient(largest.name).generateSasUrl({
    permissions: BlobSASPermissions.parse('r'),
    expiresOn: new Date(Date.now() + 600_000),
  });
  const samples: number[] = [];
  for (let round = 0; round < runs; round += 1) {
    const copy = container.getBlockBlobClient(`bench/${randomBytes(8).toString('hex')}`);
    const id = Buffer.from('0').toString('base64');
    const startedAt = performance.now();
    await copy.stageBlockFromURL(id, source, 0, largest.properties.contentLength);
    await copy.commitBlockList([id]);
    samples.push(performance.now() - startedAt);
    await copy.delete();
  }
  return [{ what: 'copy: upload', unit: 'ms', samples }];
}
