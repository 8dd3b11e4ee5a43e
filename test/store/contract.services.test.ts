import { afterAll, beforeAll, describe } from '@jest/globals';
import type { Azurite } from '../support/stores/azurite-server.ts';
import { openStore, type StoreSettings } from '../../src/store/open.ts';
import { azuriteProcess } from '../support/stores/azurite.ts';
import { storeContract } from '../support/contracts/store-contract.ts';
import { unusedContract } from '../support/contracts/unused-contract.ts';

describe('azureStore', () => {
  let azurite: Azurite;
  let containers = 0;
  beforeAll(async () => {
    azurite = await azuriteProcess();
  });
  afterAll(async () => azurite.stop());

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
});
