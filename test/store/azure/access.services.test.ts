import { setTimeout } from 'node:timers/promises';
import { BlobServiceClient, generateBlobSASQueryParameters, StorageSharedKeyCredential } from '@azure/storage-blob';
import type { ContainerClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Azurite } from '../../support/stores/azurite-server.ts';
import type { Artifact } from '../../../src/executable/format/artifact.ts';
import { callsTo } from '../../../src/store/azure/call.ts';
import type { AzureCall } from '../../../src/store/azure/call.ts';
import { prolongPolicy } from '../../../src/store/azure/policy.ts';
import { deployTo } from '../../support/stores/azure-deploy.ts';
import { artifactOf } from '../../support/programs/artifact.ts';
import { azuriteProcess } from '../../support/stores/azurite.ts';

const dayMs = 24 * 60 * 60 * 1000;

let azurite: Azurite;
let service: BlobServiceClient;
let artifact: Artifact;
beforeAll(async () => {
  azurite = await azuriteProcess();
  service = BlobServiceClient.fromConnectionString(azurite.connectionString);
  artifact = await artifactOf('what pods read');
});
afterAll(async () => azurite.stop());

const deploy = async (container: string, environment: Record<string, string>, storeUrl?: string) =>
  deployTo({ store: `${azurite.url}/${container}`, storeUrl, environment }, artifact);
const withKey = () => ({ AZURE_STORAGE_CONNECTION_STRING: azurite.connectionString });
const statusOf = async (link: string, init?: RequestInit) => (await fetch(link, init)).status;

describe('source() with an account key', () => {
  it('gives a link that reads, the same at each deploy, without a time in it', async () => {
    const first = await deploy('key-same', withKey());
    const { AZURE_STORAGE_CONNECTION_STRING: _, ...rest } = withKey();
    const byKey = { ...rest, AZURE_STORAGE_KEY: azurite.key };
    const second = await deploy('key-same', byKey);
    expect(second.secret).toBe(first.secret);
    expect([...new URLSearchParams(first.secret).keys()].sort()).toEqual(['si', 'sig', 'sr', 'sv']);
    expect(await (await fetch(first.link)).text()).toBe('what pods read');
    expect(first.access).toBe('read-only links to one object each, policy selfsame, prolonged at each deploy');
    expect(first.warning).toBeUndefined();
  });

  it('gives a link to one object, with which that of another application is not read', async () => {
    const { store, secret, link } = await deploy('key-one', withKey());
    const other = await artifactOf('of another application', 'other');
    await store.put(other);
    const { url, secret: own } = await store.source(other);
    expect(await statusOf(`${url}?${secret}`)).toBe(403);
    expect(await statusOf(`${url}?${own}`)).toBe(200);
    expect(await statusOf(link)).toBe(200);
  });

  it('gives a link that cannot write, delete or list', async () => {
    const { link, secret } = await deploy('key-read', withKey());
    const put = { method: 'PUT', body: 'x', headers: { 'x-ms-blob-type': 'BlockBlob' } };
    expect(await statusOf(link, put)).toBe(403);
    expect(await statusOf(link, { method: 'DELETE' })).toBe(403);
    expect(await statusOf(`${azurite.url}/key-read?restype=container&comp=list&${secret}`)).toBe(403);
    expect(await statusOf(`${azurite.url}/key-read/new?${secret}`, put)).toBe(403);
    expect(await statusOf(link)).toBe(200);
  });

  it('keeps the container private', async () => {
    const { url } = await deploy('key-private', withKey());
    expect(await statusOf(url)).not.toBe(200);
    expect((await service.getContainerClient('key-private').getAccessPolicy()).blobPublicAccess).toBeUndefined();
  });

  it('is closed when the policy is removed, says so, and opens again with the next deploy', async () => {
    const { link, secret, store } = await deploy('key-revoked', withKey());
    expect((await store.accessOf(secret)).validUntil?.getTime()).toBeGreaterThan(Date.now() + 179 * dayMs);
    await service.getContainerClient('key-revoked').setAccessPolicy(undefined, []);
    expect(await statusOf(link)).toBe(403);
    expect(await store.accessOf(secret)).toMatchObject({ access: 'revoked: the policy selfsame is gone' });
    await deploy('key-revoked', withKey());
    expect(await statusOf(link)).toBe(200);
  });

  it('ends all links when it is told to, of before too, and makes new ones', async () => {
    const { store, link, url, secret } = await deploy('key-ended', withKey());
    const theirs = await deploy('key-ended', withKey());
    await store.revoke?.();
    expect([await statusOf(link), await statusOf(theirs.link)]).toEqual([403, 403]);
    expect((await store.accessOf(secret)).access).toMatch(/^revoked/);
    const { secret: fresh } = await store.source(artifact);
    expect(await statusOf(`${url}?${fresh}`)).toBe(200);
    // Another deploy takes the policy that it finds, and the old one does not come back.
    expect((await deploy('key-ended', withKey())).secret).toBe(fresh);
    expect(await statusOf(link)).toBe(403);
    const policies = (await service.getContainerClient('key-ended').getAccessPolicy()).signedIdentifiers;
    expect(policies.map(({ id }) => id)).toEqual([expect.stringMatching(/^selfsame-[0-9a-z]+$/)]);
  });

  it('knows a link to the whole container, as an earlier selfsame made them, from its own', async () => {
    const { store, secret } = await deploy('key-wide', withKey());
    const key = new StorageSharedKeyCredential(azurite.account, azurite.key);
    const wide = { containerName: 'key-wide', identifier: 'selfsame', version: '2022-11-02' };
    const access = await store.accessOf(generateBlobSASQueryParameters(wide, key).toString());
    expect(access).toMatchObject({
      access: 'link to all that is stored there, policy selfsame',
      warning: expect.stringMatching(/a deploy gives them links to one object each, and self revoke ends the others$/),
    });
    const own = await store.accessOf(secret);
    expect([own.access, own.warning]).toEqual(['read-only link, policy selfsame', undefined]);
  });

  it('prolongs the policy, mends its permissions and leaves the other policies alone', async () => {
    const { secret, store } = await deploy('key-prolong', withKey());
    const container = service.getContainerClient('key-prolong');
    const others = [
      {
        id: 'theirs',
        accessPolicy: { permissions: 'rl', expiresOn: new Date('2031-01-01'), startsOn: new Date('2020-01-01') },
      },
      { id: 'without-end', accessPolicy: { permissions: 'w' } },
    ];
    const soon = new Date(Math.floor(Date.now() / 1000) * 1000 + dayMs);
    await setPolicies(container, [...others, { id: 'selfsame', accessPolicy: { permissions: 'rw', expiresOn: soon } }]);
    expect(await store.accessOf(secret)).toMatchObject({
      validUntil: soon,
      warning: expect.stringContaining('deploy again'),
    });

    const again = await deploy('key-prolong', withKey());
    expect(again.secret).toBe(secret);
    const policies = (await container.getAccessPolicy()).signedIdentifiers;
    expect(policies.filter(({ id }) => id !== 'selfsame')).toEqual([
      expect.objectContaining(others[0] ?? {}),
      { id: 'without-end', accessPolicy: expect.objectContaining({ permissions: 'w' }) },
    ]);
    const own = policies.find(({ id }) => id === 'selfsame')?.accessPolicy;
    expect(own?.permissions).toBe('r');
    expect(own?.expiresOn?.getTime()).toBeGreaterThan(Date.now() + 179 * dayMs);
    expect(own?.expiresOn).toEqual(again.validUntil);
  });

  it('writes no policy that was prolonged the same day', async () => {
    await deploy('key-once', withKey());
    const before = (await service.getContainerClient('key-once').getProperties()).etag;
    await deploy('key-once', withKey());
    expect((await service.getContainerClient('key-once').getProperties()).etag).toBe(before);
  });

  it('keeps a policy that another adds at the same time', async () => {
    const container = service.getContainerClient('key-race');
    await container.create();
    const call = callsTo({ address: 'key-race', endpoint: azurite.url, credentials: 'key' });
    let calls = 0;
    const overtaken: AzureCall = async (send, options) => {
      calls += 1;
      if (calls === 2) {
        // Azure tells writers apart to the second.
        await setTimeout(1000 - (Date.now() % 1000));
        await setPolicies(container, [{ id: 'theirs', accessPolicy: { permissions: 'r' } }]);
      }
      return call(send, options);
    };
    await prolongPolicy({ container, call: overtaken });
    const policies = (await container.getAccessPolicy()).signedIdentifiers.map(({ id }) => id);
    expect(policies.sort()).toEqual(['selfsame', 'theirs']);
    expect(calls).toBe(4);
  });

  it('says what to do when the container has no room for a policy', async () => {
    const container = service.getContainerClient('key-full');
    await container.create();
    await setPolicies(
      container,
      Array.from({ length: 5 }, (_, index) => ({ id: `p${index}`, accessPolicy: { permissions: 'r' } })),
    );
    await expect(deploy('key-full', withKey())).rejects.toMatchObject({
      code: 'store-denied',
      message: expect.stringContaining('the most Azure allows'),
    });
    expect((await container.getAccessPolicy()).signedIdentifiers).toHaveLength(5);
  });
});

describe('source() with --store-url', () => {
  it('names the public address and no secret', async () => {
    const { store, ...source } = await deploy('public', withKey(), 'https://cdn.example.org/apps/');
    expect(source).toMatchObject({
      url: `https://cdn.example.org/apps/${artifact.version}/hello-world`,
      access: 'public at https://cdn.example.org/apps',
    });
    expect(source.secret).toBeUndefined();
    expect(await store.accessOf(undefined)).toEqual({ access: 'public address' });
    expect((await service.getContainerClient('public').getAccessPolicy()).signedIdentifiers).toEqual([]);
  });
});

async function setPolicies(
  container: ContainerClient,
  policies: { id: string; accessPolicy: object }[],
): Promise<void> {
  await container.setAccessPolicy(undefined, policies);
}
