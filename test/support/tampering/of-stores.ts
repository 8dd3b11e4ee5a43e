import { BlobServiceClient, type BlockBlobClient } from '@azure/storage-blob';
import type { Azurite } from '../stores/azurite-server.ts';
import { asked } from '../stores/bucket.ts';
import type { S3Server } from '../stores/seaweed.ts';
import type { Tampering } from './tampering.ts';

const evil = Buffer.alloc(4096, 'evil');

interface Stores {
  readonly azure: () => Azurite;
  readonly s3: () => S3Server;
  /** Of the deployment of that name. */
  readonly versionOf: (name: string) => Promise<string>;
}

/** What can be done to stored executables, of the deployments `azure` and `s3`. */
export const storeTamperings = ({ azure, s3, versionOf }: Stores): readonly Tampering[] => [
  {
    title: 'an object on Azure, overwritten by as many bytes',
    on: 'azure',
    async run() {
      const blob = await blobOf(azure(), await versionOf('azure'));
      const before = await blob.downloadToBuffer();
      await blob.upload(Buffer.concat([evil, before.subarray(evil.length)]), before.length);
      return async () => blob.upload(before, before.length);
    },
    found: ['stored', /holds \w{64} in its place: pods refuse it/],
  },
  {
    title: 'no object on Azure',
    on: 'azure',
    async run() {
      const blob = await blobOf(azure(), await versionOf('azure'));
      const before = await blob.downloadToBuffer();
      await blob.delete();
      return async () => blob.upload(before, before.length);
    },
    found: ['stored', /does not hold it: new pods cannot start/],
  },
  {
    title: 'an object in S3, overwritten by as many bytes',
    on: 's3',
    async run() {
      const path = `apps/${await versionOf('s3')}/hello-world`;
      const before = Buffer.from(await (await asked(s3(), path)).arrayBuffer());
      await asked(s3(), path, { method: 'PUT', body: Buffer.concat([evil, before.subarray(evil.length)]) });
      return async () => asked(s3(), path, { method: 'PUT', body: before });
    },
    found: ['stored', /holds \w{64} in its place: pods refuse it/],
  },
];

async function blobOf({ connectionString }: Azurite, version: string): Promise<BlockBlobClient> {
  const service = BlobServiceClient.fromConnectionString(connectionString);
  return service.getContainerClient('selfsame').getBlockBlobClient(`${version}/hello-world`);
}
