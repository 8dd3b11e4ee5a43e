import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { type Gate, gateTo } from '../kubernetes/gate.ts';
import { asked, makeBucket } from '../stores/bucket.ts';
import type { Azurite } from '../stores/azurite-server.ts';
import type { S3Server } from '../stores/seaweed.ts';
import type { Service } from './calls.ts';

/** Real stores. */
export interface PointsStores {
  readonly azurite: Azurite;
  readonly s3: S3Server;
  /** This machine, as pods see it. */
  readonly hostAddress: string;
}

/** A store for one application, with a gate before it. */
export interface OwnStore {
  /** By the service that it stands before. */
  readonly gates: Readonly<Partial<Record<Service, Gate>>>;
  readonly env: Readonly<Record<string, string>>;
  list(): Promise<string[]>;
  /** Copies all that it has now, until the server ends. @returns how `ownStore` is told to begin with that. */
  keep(): Promise<KeptStore>;
  remove(): Promise<void>;
}

/** A container or a bucket. */
export type KeptStore = string;

/** @param kept what it has at first; by default nothing, and on Azure no container either. */
export async function ownStore(
  { hostAddress: host, azurite, s3 }: PointsStores,
  name: string,
  store: Service,
  kept?: KeptStore,
): Promise<OwnStore> {
  if (store === 'azure') {
    const gate = await gateTo({ url: `http://127.0.0.1:${azurite.port}` }, '0.0.0.0');
    const { account, key } = azurite;
    const blobs = new BlobServiceClient(
      `http://127.0.0.1:${azurite.port}/${account}`,
      new StorageSharedKeyCredential(account, key),
    );
    const own = blobs.getContainerClient(name);
    const copy = async (from: KeptStore, to: KeptStore): Promise<KeptStore> => {
      const [source, target] = [blobs.getContainerClient(from), blobs.getContainerClient(to)];
      await target.create();
      for await (const blob of source.listBlobsFlat()) {
        const copying = await target.getBlobClient(blob.name).beginCopyFromURL(source.getBlobClient(blob.name).url);
        await copying.pollUntilDone();
      }
      return to;
    };
    if (kept !== undefined) await copy(kept, name);
    return {
      gates: { azure: gate },
      env: { SELFSAME_STORE: `http://${host}:${gate.port}/${account}/${name}`, AZURE_STORAGE_KEY: key },
      async list() {
        if (!(await own.exists())) return [];
        return Array.fromAsync(own.listBlobsFlat(), (blob) => blob.name);
      },
      keep: async () => copy(name, `${name}-kept`),
      async remove() {
        gate.close();
        await own.deleteIfExists();
      },
    };
  }
  if (store === 's3') {
    const gate = await gateTo({ url: `http://127.0.0.1:${s3.port}` }, '0.0.0.0');
    const listOf = async (bucket: string): Promise<string[]> => {
      const listed = await (await asked(s3, `${bucket}?list-type=2`)).text();
      return [...listed.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => key);
    };
    const list = async (): Promise<string[]> => listOf(name);
    const copy = async (from: KeptStore, to: KeptStore): Promise<KeptStore> => {
      await makeBucket(s3, to);
      for (const key of await listOf(from)) {
        const headers = { 'x-amz-copy-source': `/${from}/${key}` };
        const { status } = await asked(s3, `${to}/${key}`, { method: 'PUT', headers });
        if (status !== 200) throw new Error(`${from}/${key} was not copied: ${status}`);
      }
      return to;
    };
    await (kept === undefined ? makeBucket(s3, name) : copy(kept, name));
    return {
      gates: { s3: gate },
      env: { SELFSAME_STORE: `s3://${name}?endpoint=http://${host}:${gate.port}`, ...s3.writer },
      list,
      keep: async () => copy(name, `${name}-kept`),
      async remove() {
        gate.close();
        for (const path of [...(await list()).map((key) => `${name}/${key}`), name]) {
          await asked(s3, path, { method: 'DELETE' });
        }
      },
    };
  }
  return {
    gates: {},
    env: { SELFSAME_STORE: 'cluster' },
    list: async () => [],
    keep: async () => name,
    remove: async () => undefined,
  };
}
