import { describe, expect, it } from '@jest/globals';
import { chooseStore } from '../../../src/deploy/preflight/store-choice.ts';

const azure = { AZURE_STORAGE_ACCOUNT: 'acme', AZURE_STORAGE_KEY: Buffer.alloc(64).toString('base64') };

describe('chooseStore()', () => {
  it.each([
    ['nothing', {}, 'the default, since no other store is configured', 'cluster'],
    [
      'empty variables',
      { environment: { SELFSAME_STORE: '', AZURE_STORAGE_KEY: ' ' } },
      'the default, since no other store is configured',
      'cluster',
    ],
    ['--store cluster', { store: 'cluster', environment: azure }, 'chosen by --store', 'cluster'],
    ['SELFSAME_STORE', { environment: { ...azure, SELFSAME_STORE: 'cluster' } }, 'chosen by SELFSAME_STORE', 'cluster'],
    [
      '--store azure:',
      { store: 'azure://acme/apps', environment: { ...azure, SELFSAME_STORE: 'cluster' } },
      'chosen by --store',
      'azure',
    ],
    ['an account', { environment: azure }, 'chosen by AZURE_STORAGE_ACCOUNT', 'azure'],
    ['--store file:', { store: 'file:///srv/apps' }, 'chosen by --store', 'file'],
  ])(
    'goes by %s and says so',
    async (_, { environment = {}, ...flags }: { environment?: object; store?: string }, why, kind) => {
      expect(await chooseStore({ ...flags, environment: { ...environment } })).toMatchObject({ why, kind });
    },
  );

  it('refuses a public address for the cluster', async () => {
    const choosing = chooseStore({ store: 'cluster', storeUrl: 'https://example.test', environment: {} });
    await expect(choosing).rejects.toThrow(
      expect.objectContaining({ code: 'bad-usage', message: 'Cannot read the cluster as a store from --store-url' }),
    );
  });
});
