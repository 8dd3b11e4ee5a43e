import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { objectName } from '../../src/store/object-name.ts';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { openStore, type StoreSettings } from '../../src/store/open.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import { asked, makeBucket } from '../support/stores/bucket.ts';
import { healingContract } from '../support/contracts/healing-contract.ts';
import { meddlingProxy, type MeddlingProxy } from '../support/stores/meddling-proxy.ts';
import { proxiedS3ForFile } from '../support/stores/proxied-s3.ts';
import { storeContract } from '../support/contracts/store-contract.ts';
import { unusedContract } from '../support/contracts/unused-contract.ts';

describe('azureStore', () => {
  let azurite: Azurite;
  let proxy: MeddlingProxy;
  let containers = 0;
  beforeAll(async () => {
    azurite = await azuriteProcess();
    proxy = await meddlingProxy(azurite.port);
  });
  afterAll(async () => {
    await proxy.close();
    await azurite.stop();
  });

  const open = (settings: Partial<StoreSettings> = {}) => {
    containers += 1;
    return openStore({
      store: `${azurite.url}/contract-${containers}`,
      environment: { AZURE_STORAGE_CONNECTION_STRING: azurite.connectionString },
      ...settings,
    });
  };
  storeContract(async () => open());
  unusedContract(async () => open({ freshMs: 0 }), { shares: true });
  healingContract(async () => {
    const direct = open();
    const container = `contract-${containers}`;
    const url = azurite.url.replace(`:${azurite.port}/`, `:${proxy.port}/`);
    const service = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(container);
    await service.create();
    return {
      direct,
      proxied: openStore({ store: `${url}/${container}`, environment: { AZURE_STORAGE_KEY: azurite.key } }),
      proxy,
      spoil: async (artifact, bytes) => service.getBlockBlobClient(objectName(artifact)).upload(bytes, bytes.length),
    };
  });
});

describe('s3Store', () => {
  const s3 = proxiedS3ForFile();
  let buckets = 0;
  // Its other contracts need no proxy: see its own folder.
  healingContract(async () => {
    const bucket = `healing-${(buckets += 1)}`;
    const { server, proxy, ...proxied } = s3();
    await makeBucket(server, bucket);
    return {
      direct: openStore({ store: `s3://${bucket}?endpoint=${server.endpoint}`, environment: server.writer }),
      proxied: proxied.open(bucket),
      proxy,
      spoil: async (artifact, body) => asked(server, `${bucket}/${objectName(artifact)}`, { method: 'PUT', body }),
    };
  });
});
