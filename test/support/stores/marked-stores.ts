import { BlobServiceClient, ContainerSASPermissions } from '@azure/storage-blob';
import type { MarkedSecrets } from '../programs/marked.ts';
import type { Azurite } from './azurite-server.ts';
import { azuriteProcess } from './azurite.ts';
import { makeBucket } from './bucket.ts';
import { fileServer } from './file-server.ts';
import { s3Server } from './seaweed.ts';
import { storeSettings, type StoreSettingsByWay, type StoreWay } from './store-settings.ts';

/** A real store of each kind, whose secrets are known. */
export interface MarkedStores {
  readonly settings: StoreSettingsByWay;
  /** The same with secrets that are refused, and a folder that is not there. */
  readonly refused: StoreSettingsByWay;
  /** What the connection string stores into. */
  readonly containerUrl: string;
  /** A folder has no address of its own. */
  readonly flagsOf: (way: StoreWay) => string;
  stop(): Promise<void>;
}

/** @param options.publicHost what others call this machine. */
export async function markedStores(
  secrets: MarkedSecrets,
  { host = '127.0.0.1', publicHost = host }: { readonly host?: string; readonly publicHost?: string } = {},
): Promise<MarkedStores> {
  const key = secrets.mark('account key');
  const [azurite, s3, files] = await Promise.all([
    azuriteProcess({ key, host, publicHost }),
    s3Server({ host }),
    fileServer(),
  ]);
  await makeBucket(s3, 'apps');
  secrets.learn(s3.writer['AWS_SECRET_ACCESS_KEY'] ?? '');
  const sas = await containerSas(azurite);
  const refusedSas = new URLSearchParams(sas);
  secrets.learn(refusedSas.get('sig') ?? 'none');
  refusedSas.set('sig', secrets.mark('refused signature'));
  const endpoint = `http://${publicHost}:${s3.port}`;
  const refusedKeys = { ...s3.writer, AWS_SECRET_ACCESS_KEY: secrets.mark('refused secret') };
  return {
    settings: storeSettings({ azure: { ...azurite, sas }, s3: { endpoint, keys: s3.writer }, folder: files.folder }),
    refused: storeSettings({
      azure: { ...azurite, key: secrets.mark('refused key'), sas: String(refusedSas) },
      s3: { endpoint, keys: refusedKeys },
      folder: '/nowhere',
    }),
    containerUrl: `${azurite.url}/selfsame`,
    flagsOf: (way) => (way === 'file' ? ` --store-url http://${publicHost}:${files.port}` : ''),
    async stop() {
      for (const server of [azurite, s3, files]) await server.stop();
    },
  };
}

/** As a container's owner gives it to who may deploy into that alone. */
async function containerSas({ connectionString }: Azurite): Promise<string> {
  const container = BlobServiceClient.fromConnectionString(connectionString).getContainerClient('by-sas');
  await container.create();
  const permissions = ContainerSASPermissions.parse('rcwdl');
  const url = await container.generateSasUrl({ permissions, expiresOn: new Date('2031-01-01') });
  return new URL(url).search.slice(1);
}
