import { open, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BlobServiceClient, type BlockBlobClient } from '@azure/storage-blob';
import type { Azurite } from '../stores/azurite-server.ts';
import { asked, makeBucket } from '../stores/bucket.ts';
import { azuriteProcess } from '../stores/azurite.ts';
import { fileServer, type FileServer } from '../stores/file-server.ts';
import { s3Server, type S3Server } from '../stores/seaweed.ts';
import type { Tampering } from './tampering.ts';

const evil = Buffer.alloc(4096, 'evil');

/** Real stores that pods read. */
export interface TamperedStores {
  readonly azurite: Azurite;
  readonly s3: S3Server;
  readonly files: FileServer;
  /** The variables of a deploy to the first, and the flags of those to the others. */
  readonly azureEnv: Readonly<Record<string, string>>;
  readonly s3Words: readonly string[];
  readonly folderWords: readonly string[];
  stop(): Promise<void>;
}

/** @param publicHost this machine, as pods see it. */
export async function tamperedStores(publicHost: string): Promise<TamperedStores> {
  const [azurite, s3, files] = await Promise.all([
    azuriteProcess({ host: '0.0.0.0', publicHost }),
    s3Server({ host: '0.0.0.0' }),
    fileServer(),
  ]);
  await makeBucket(s3, 'apps');
  return {
    azurite,
    s3,
    files,
    azureEnv: { AZURE_STORAGE_CONNECTION_STRING: azurite.connectionString },
    s3Words: ['--store', `s3://apps?endpoint=http://${publicHost}:${s3.port}`],
    folderWords: ['--store', `file://${files.folder}`, '--store-url', `http://${publicHost}:${files.port}`],
    async stop() {
      for (const server of [azurite, s3, files]) await server.stop();
    },
  };
}

interface Tampered {
  readonly stores: () => TamperedStores;
  /** Of the deployment of that name. */
  readonly versionOf: (name: string) => Promise<string>;
}

/** What can be done to stored executables, of the deployments `azure`, `s3` and `file`. */
export const storeTamperings = ({ stores, versionOf }: Tampered): readonly Tampering[] => [
  {
    title: 'an object on Azure, overwritten by as many bytes',
    on: 'azure',
    async run() {
      const blob = await blobOf(stores().azurite, await versionOf('azure'));
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
      const blob = await blobOf(stores().azurite, await versionOf('azure'));
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
      const before = Buffer.from(await (await asked(stores().s3, path)).arrayBuffer());
      await asked(stores().s3, path, { method: 'PUT', body: Buffer.concat([evil, before.subarray(evil.length)]) });
      return async () => asked(stores().s3, path, { method: 'PUT', body: before });
    },
    found: ['stored', /holds \w{64} in its place: pods refuse it/],
  },
  {
    title: 'a file of a folder that is served, overwritten where it lies',
    on: 'file',
    run: async () => overwritten(storedFile(stores().files, await versionOf('file'))),
    found: ['stored', /holds \w{64} in its place: pods refuse it/],
  },
  {
    title: 'no file in a folder that is served',
    on: 'file',
    async run() {
      const path = storedFile(stores().files, await versionOf('file'));
      const before = await readFile(path);
      await rm(path);
      return async () => writeFile(path, before);
    },
    found: ['stored', /does not hold it: new pods cannot start/],
  },
];

/** The file of an executable. */
export function storedFile({ folder }: FileServer, version: string): string {
  return join(folder, version, 'hello-world');
}

/** Puts other bytes over the first of a file. @returns what puts those back. */
export async function overwritten(path: string): Promise<() => Promise<void>> {
  const before = Buffer.alloc(evil.length);
  const file = await open(path, 'r+');
  await file.read(before, 0, before.length, 0);
  await file.write(evil, 0, evil.length, 0);
  await file.close();
  return async () => {
    const same = await open(path, 'r+');
    await same.write(before, 0, before.length, 0);
    await same.close();
  };
}

async function blobOf({ connectionString }: Azurite, version: string): Promise<BlockBlobClient> {
  const service = BlobServiceClient.fromConnectionString(connectionString);
  return service.getContainerClient('selfsame').getBlockBlobClient(`${version}/hello-world`);
}
