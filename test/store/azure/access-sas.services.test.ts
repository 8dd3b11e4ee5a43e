import { AccountSASPermissions, BlobServiceClient, ContainerSASPermissions, SASProtocol } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Azurite } from '../../support/stores/azurite-server.ts';
import type { Artifact } from '../../../src/executable/format/artifact.ts';
import { openStore } from '../../../src/store/open.ts';
import { deployTo } from '../../support/stores/azure-deploy.ts';
import { artifactOf } from '../../support/programs/artifact.ts';
import { azuriteProcess } from '../../support/stores/azurite.ts';

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
const statusOf = async (link: string) => (await fetch(link)).status;

describe('source() with a SAS', () => {
  it('passes the SAS of a container on and warns of its end and its rights', async () => {
    const container = service.getContainerClient('sas-container');
    await container.create();
    const expiresOn = new Date('2031-01-01');
    const url = await container.generateSasUrl({ permissions: ContainerSASPermissions.parse('rcwl'), expiresOn });
    const sas = new URL(url).search;
    const deployed = await deploy('sas-container', { AZURE_STORAGE_SAS_TOKEN: sas });
    expect(`?${deployed.secret}`).toBe(sas);
    expect(deployed.validUntil).toEqual(expiresOn);
    expect(deployed.warning).toMatch(/ends 2031-01-01.*allows more than reading/);
    expect(await statusOf(deployed.link)).toBe(200);
    expect(await deployed.store.accessOf(deployed.secret)).toEqual({
      access: 'link to all that is stored there',
      validUntil: expiresOn,
    });
    expect(await deployed.store.list()).toHaveLength(1);
    await expect(deployed.store.revoke?.()).rejects.toMatchObject({ code: 'not-revocable' });
  });

  it('makes the container with the SAS of an account, also out of a connection string', async () => {
    const sas = new URL(
      service.generateAccountSasUrl(new Date('2031-01-01'), AccountSASPermissions.parse('rwdlac'), 'sco', {
        protocol: SASProtocol.HttpsAndHttp,
      }),
    ).search.slice(1);
    const connectionString = `BlobEndpoint=${azurite.url};SharedAccessSignature=${sas}`;
    for (const [container, environment] of [
      ['sas-account', { AZURE_STORAGE_SAS_TOKEN: sas }],
      ['sas-string', { AZURE_STORAGE_CONNECTION_STRING: connectionString }],
    ] as const) {
      const deployed = await deploy(container, environment);
      expect(deployed.secret).toBe(sas);
      expect(await statusOf(deployed.link)).toBe(200);
    }
  });

  it('is refused where it may not do what is needed', async () => {
    const container = service.getContainerClient('sas-weak');
    await container.create();
    const url = await container.generateSasUrl({
      permissions: ContainerSASPermissions.parse('r'),
      expiresOn: new Date('2031-01-01'),
    });
    const environment = { AZURE_STORAGE_SAS_TOKEN: new URL(url).search };
    const store = openStore({ store: `${azurite.url}/sas-weak`, environment });
    const denied = { code: 'store-denied', hint: expect.stringContaining('sp=rcwl') };
    await expect(store.check()).rejects.toMatchObject({
      ...denied,
      message: `${azurite.url}/sas-weak lets these credentials read, but not write`,
    });
    await expect(store.put(artifact)).rejects.toMatchObject(denied);
    await expect(store.list()).rejects.toMatchObject({ code: 'store-denied' });
  });

  it.each([
    ['lets write', 'rcwl', true],
    ['does not let write', 'rl', false],
  ])('finds out whether a policy of the container %s, and writes nothing', async (what, permissions, mayWrite) => {
    const name = `sas-policy-${permissions}`;
    const container = service.getContainerClient(name);
    await container.create();
    const startsOn = new Date(Date.now() - 60_000);
    const accessPolicy = { permissions, startsOn, expiresOn: new Date('2031-01-01') };
    await container.setAccessPolicy(undefined, [{ id: what.replaceAll(' ', '-'), accessPolicy }]);
    const url = await container.generateSasUrl({ identifier: what.replaceAll(' ', '-') });
    const environment = { AZURE_STORAGE_SAS_TOKEN: new URL(url).search };
    const checking = openStore({ store: `${azurite.url}/${name}`, environment }).check();
    if (mayWrite) await checking;
    else await expect(checking).rejects.toMatchObject({ code: 'store-denied' });
    expect(await Array.fromAsync(container.listBlobsFlat({ includeUncommitedBlobs: true }))).toEqual([]);
  });
});
