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
  remove(): Promise<void>;
}

export async function ownStore(
  { hostAddress: host, azurite, s3 }: PointsStores,
  name: string,
  store: Service,
): Promise<OwnStore> {
  if (store === 'azure') {
    const gate = await gateTo({ url: `http://127.0.0.1:${azurite.port}` }, '0.0.0.0');
    const { account, key } = azurite;
    const own = new BlobServiceClient(
      `http://127.0.0.1:${azurite.port}/${account}`,
      new StorageSharedKeyCredential(account, key),
    ).getContainerClient(name);
    return {
      gates: { azure: gate },
      env: { SELFSAME_STORE: `http://${host}:${gate.port}/${account}/${name}`, AZURE_STORAGE_KEY: key },
      async list() {
        if (!(await own.exists())) return [];
        return Array.fromAsync(own.listBlobsFlat(), (blob) => blob.name);
      },
      async remove() {
        gate.close();
        await own.deleteIfExists();
      },
    };
  }
  if (store === 's3') {
    await makeBucket(s3, name);
    const gate = await gateTo({ url: `http://127.0.0.1:${s3.port}` }, '0.0.0.0');
    const list = async (): Promise<string[]> => {
      const listed = await (await asked(s3, `${name}?list-type=2`)).text();
      return [...listed.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => key);
    };
    return {
      gates: { s3: gate },
      env: { SELFSAME_STORE: `s3://${name}?endpoint=http://${host}:${gate.port}`, ...s3.writer },
      list,
      async remove() {
        gate.close();
        for (const path of [...(await list()).map((key) => `${name}/${key}`), name]) {
          await asked(s3, path, { method: 'DELETE' });
        }
      },
    };
  }
  return { gates: {}, env: { SELFSAME_STORE: 'cluster' }, list: async () => [], remove: async () => undefined };
}
