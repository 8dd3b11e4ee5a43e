import { describe, expect, it } from '@jest/globals';
import { parseAzureAddress } from '../../../src/store/azure/address.ts';
import { parsePublicUrl } from '../../../src/store/public-url.ts';
import { openStore } from '../../../src/store/open.ts';

describe('parseAzureAddress()', () => {
  it.each([
    ['azure://acme/apps', { account: 'acme', container: 'apps' }],
    ['azure://acme', { account: 'acme', container: 'selfsame' }],
    [
      'https://acme.blob.core.chinacloudapi.cn/apps',
      { account: 'acme', endpoint: 'https://acme.blob.core.chinacloudapi.cn', container: 'apps' },
    ],
    [
      'https://acme.z12.blob.storage.azure.net/',
      { account: 'acme', endpoint: 'https://acme.z12.blob.storage.azure.net', container: 'selfsame' },
    ],
    [
      'http://127.0.0.1:10000/devstoreaccount1/apps/',
      { account: 'devstoreaccount1', endpoint: 'http://127.0.0.1:10000/devstoreaccount1', container: 'apps' },
    ],
    [
      'http://localhost:10000/devstoreaccount1',
      { account: 'devstoreaccount1', endpoint: 'http://localhost:10000/devstoreaccount1', container: 'selfsame' },
    ],
    ['https://blobs.example.org/apps', { endpoint: 'https://blobs.example.org', container: 'apps' }],
    [
      'https://azurite.example.org/acme/apps',
      { account: 'acme', endpoint: 'https://azurite.example.org/acme', container: 'apps' },
    ],
  ])('reads %s', (text, address) => {
    expect(parseAzureAddress(text)).toEqual(address);
  });

  it.each([
    's3://bucket',
    'apps',
    '',
    'azure://acme/apps/more',
    'azure://Ac_me/apps',
    'azure://acme/Apps!',
    'http://127.0.0.1:1',
  ])('refuses "%s" and says what to write', (text) => {
    expect(() => parseAzureAddress(text)).toThrow(
      expect.objectContaining({ code: 'bad-store', hint: expect.stringMatching(/--store|lower-case/) }),
    );
  });

  it.each([
    'https://acme.blob.core.windows.net/apps?sv=1&sig=hidden',
    'azure://acme/apps?sig=hidden',
    'https://me:hidden@h/apps',
    'apps?sig=hidden',
    'https://me:12/hidden@h/apps',
    'https://me:12#hidden@h/apps',
    'DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=hidden',
  ])('refuses a secret in an argument without repeating it: %s', (text) => {
    const refuse = () => parseAzureAddress(text);
    expect(refuse).toThrow(expect.objectContaining({ code: 'bad-store' }));
    expect(refuse).not.toThrow(/hidden/);
  });
});

describe('parsePublicUrl()', () => {
  it('takes the slash off the end', () => {
    expect(parsePublicUrl('https://cdn.example.org/apps/')).toBe('https://cdn.example.org/apps');
  });

  it('refuses what is no http(s) URL or carries a secret', () => {
    for (const text of ['cdn', 'ftp://h/x', 'https://h/x?sig=hidden', 'https://me:hid/den@h', 'hidden://h']) {
      const refuse = () => parsePublicUrl(text);
      expect(refuse).toThrow(expect.objectContaining({ code: 'bad-store' }));
      expect(refuse).not.toThrow(/hidden/);
    }
  });
});

describe('openStore()', () => {
  const key = Buffer.alloc(64, 1).toString('base64');
  const connectionString = `DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=${key};EndpointSuffix=core.windows.net`;

  it('takes the account from the connection string and the container from --store', () => {
    const environment = { AZURE_STORAGE_CONNECTION_STRING: connectionString };
    expect(openStore({ environment }).address).toBe('azure://acme/selfsame');
    expect(openStore({ store: 'azure://acme/apps', environment }).address).toBe('azure://acme/apps');
    expect(openStore({ environment: { ...environment, SELFSAME_STORE: 'azure://acme/mine' } }).address).toBe(
      'azure://acme/mine',
    );
  });

  it('takes a full URL before the endpoint of the connection string', () => {
    const store = 'http://127.0.0.1:10000/acme/apps';
    const opened = openStore({ store, environment: { AZURE_STORAGE_CONNECTION_STRING: connectionString } });
    expect(opened.address).toBe('http://127.0.0.1:10000/acme/apps');
  });

  it('names its ways when nothing is configured', () => {
    expect(() => openStore({ environment: {} })).toThrow(
      expect.objectContaining({
        code: 'bad-store',
        message: 'No store is configured',
        hint: expect.stringMatching(/--store azure:.*AZURE_STORAGE_CONNECTION_STRING/),
      }),
    );
  });

  it('refuses credentials of another account', () => {
    const store = 'azure://other/apps';
    const otherAccount = expect.objectContaining({ code: 'bad-store', message: expect.stringContaining('"acme"') });
    expect(() => openStore({ store, environment: { AZURE_STORAGE_CONNECTION_STRING: connectionString } })).toThrow(
      otherAccount,
    );
    const environment = { AZURE_STORAGE_ACCOUNT: 'acme', AZURE_STORAGE_KEY: key };
    expect(() => openStore({ store, environment })).toThrow(otherAccount);
  });

  it('takes key and account from their variables', () => {
    const environment = { AZURE_STORAGE_ACCOUNT: 'acme', AZURE_STORAGE_ACCOUNT_KEY: key };
    expect(openStore({ environment }).address).toBe('azure://acme/selfsame');
    expect(() => openStore({ environment: { AZURE_STORAGE_KEY: key } })).toThrow(/name of its account is missing/);
  });

  it('refuses a connection string or key that cannot be read, without repeating it', () => {
    for (const environment of [
      { AZURE_STORAGE_CONNECTION_STRING: 'AccountName=acme;AccountKey=hidden' },
      { AZURE_STORAGE_CONNECTION_STRING: 'hidden' },
      { AZURE_STORAGE_CONNECTION_STRING: 'BlobEndpoint=hidden;SharedAccessSignature=sv=1&sr=c&sp=r&sig=hidden' },
      {
        AZURE_STORAGE_CONNECTION_STRING:
          'BlobEndpoint=http://me:12/hidden@h;SharedAccessSignature=sv=1&sr=c&sp=r&sig=hidden',
      },
      { AZURE_STORAGE_ACCOUNT: 'AccountKey=hidden', AZURE_STORAGE_KEY: key },
      { AZURE_STORAGE_KEY: key, HTTPS_PROXY: 'http://me:hid/den@proxy:3128' },
      { AZURE_STORAGE_KEY: 'hidden!' },
    ]) {
      const open = () => openStore({ store: 'azure://acme/apps', environment });
      expect(open).toThrow(expect.objectContaining({ code: expect.stringMatching(/^bad-(?:store|usage)$/) }));
      expect(open).not.toThrow(/hid/);
    }
  });

  it('sends a SAS over TLS, or to this machine', () => {
    const environment = { AZURE_STORAGE_SAS_TOKEN: 'sv=1&sr=c&sp=rcwl&sig=hidden' };
    const open = (store: string) => openStore({ store, environment }).address;
    expect(open('http://127.0.0.1:10000/acme/apps')).toContain('127.0.0.1');
    expect(open('https://store.example/acme/apps')).toContain('store.example');
    expect(() => open('http://store.example/acme/apps')).toThrow(/^Refused to send a SAS to http:\/\/store.example/);
  });

  it('uses an identity where there is nothing else, and only over https', () => {
    expect(openStore({ store: 'azure://acme/apps', environment: {} }).access).toContain('signed by your identity');
    expect(() => openStore({ store: 'http://127.0.0.1:10000/acme/apps', environment: {} })).toThrow(
      expect.objectContaining({ code: 'bad-store', message: expect.stringContaining('needs https') }),
    );
  });
});
