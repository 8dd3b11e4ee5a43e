import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { ContainerSASPermissions, BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Azurite } from '../../support/stores/azurite-server.ts';
import { DeployError } from '../../../src/shared/errors.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Store } from '../../../src/store/store.ts';
import { artifactOf } from '../../support/programs/artifact.ts';
import { azuriteProcess } from '../../support/stores/azurite.ts';
import { faultyProxy } from '../../support/stores/faulty-proxy.ts';

let azurite: Azurite;
beforeAll(async () => {
  azurite = await azuriteProcess();
});
afterAll(async () => azurite.stop());

const wrongKey = Buffer.alloc(64, 7).toString('base64');
const openAt = (port: number, key = azurite.key, account = azurite.account): Store =>
  openStore({ store: `http://127.0.0.1:${port}/${account}/errors`, environment: { AZURE_STORAGE_KEY: key } });

describe('check()', () => {
  it('gives up an address that hangs up after two attempts', async () => {
    const proxy = await faultyProxy(azurite.port);
    proxy.turn('hang-up');
    await expect(openAt(proxy.port).check()).rejects.toMatchObject({
      code: 'store-unreachable',
      message: expect.stringMatching(/^Cannot reach http:.*: connection (reset|closed)$/),
    });
    expect(proxy.connections).toBe(2);
    await proxy.close();
  });

  it('gives up an address where nobody listens', async () => {
    const proxy = await faultyProxy(azurite.port);
    await proxy.close();
    await expect(openAt(proxy.port).check()).rejects.toMatchObject({
      code: 'store-unreachable',
      message: `Cannot reach http://127.0.0.1:${proxy.port}/devstoreaccount1/errors: connection refused`,
    });
  });

  it('gives up an address that never answers', async () => {
    const proxy = await faultyProxy(azurite.port);
    proxy.turn('silent');
    await expect(openAt(proxy.port).check()).rejects.toMatchObject({
      code: 'store-unreachable',
      message: expect.stringContaining('did not answer within 4 s'),
    });
    expect(proxy.connections).toBe(2);
    await proxy.close();
  });

  it('ends at once when it is aborted', async () => {
    const proxy = await faultyProxy(azurite.port);
    proxy.turn('silent');
    const stop = new AbortController();
    const reason = new Error('enough');
    const checking = openAt(proxy.port).check({ signal: stop.signal });
    stop.abort(reason);
    await expect(checking).rejects.toBe(reason);
    await proxy.close();
  });

  it('tells a wrong key from a wrong account', async () => {
    await expect(openAt(azurite.port, wrongKey).check()).rejects.toMatchObject({
      code: 'store-denied',
      message: expect.stringContaining('refused the credentials (403 AuthorizationFailure)'),
      hint: expect.stringContaining('account key'),
    });
    await expect(openAt(azurite.port, azurite.key, 'nobody').check()).rejects.toMatchObject({
      code: 'store-unreachable',
      hint: expect.stringContaining('account'),
    });
  });

  it('tells an account that does not exist from a network that is down', async () => {
    const environment = { AZURE_STORAGE_KEY: azurite.key };
    // No name server knows this top-level domain (RFC 6761).
    const store = openStore({ store: 'https://nobody.blob.example.invalid/errors', environment });
    const error = await failureOf(store.check());
    expect(error.code).toBe('store-unreachable');
    expect(error.message).toMatch(/Cannot find the storage account "nobody"|name service does not answer/);
  });

  it('tells a server that is no blob storage', async () => {
    const server = createServer((_, response) => response.writeHead(404).end('not here')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await expect(openAt((server.address() as AddressInfo).port).check()).rejects.toMatchObject({
      code: 'store-unreachable',
      message: expect.stringContaining('but no Azure Blob Storage'),
    });
    server.close();
  });

  it('names a clock that is off', async () => {
    const date = new Date(Date.now() + 3 * 3600_000).toUTCString();
    const headers = { date, 'x-ms-error-code': 'AuthenticationFailed' };
    const server = createServer((_, response) => response.writeHead(403, headers).end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await expect(openAt((server.address() as AddressInfo).port).check()).rejects.toMatchObject({
      code: 'store-denied',
      message: expect.stringContaining('the clock here is 180 minutes off'),
    });
    server.close();
  });
});

describe('every method', () => {
  it('sends again what failed in passing, and at most four times', async () => {
    let requests = 0;
    const server = createServer((_, response) => {
      requests += 1;
      response.writeHead(503, { 'x-ms-error-code': 'ServerBusy' }).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    await expect(openAt((server.address() as AddressInfo).port).list()).rejects.toMatchObject({
      code: 'store-unreachable',
      message: expect.stringContaining('answered 503 ServerBusy'),
    });
    expect(requests).toBe(4);
    server.close();
  });

  it('fails with one line that holds no secret, nor do its causes', async () => {
    const container = BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient('errors');
    await container.createIfNotExists();
    const url = await container.generateSasUrl({
      permissions: ContainerSASPermissions.parse('r'),
      expiresOn: new Date('2031-01-01'),
    });
    const sas = new URL(url).search.slice(1);
    const artifact = await artifactOf('no secret');
    const withSas = (store: string) => openStore({ store, environment: { AZURE_STORAGE_SAS_TOKEN: sas } });
    const reader = withSas(`${azurite.url}/errors`);
    const denied = openAt(azurite.port, wrongKey);
    const nowhere = withSas(`http://127.0.0.1:1/${azurite.account}/errors`);
    const failing = [
      () => reader.put(artifact),
      () => reader.list(),
      () => reader.remove(artifact.version),
      () => denied.check(),
      () => denied.put(artifact),
      () => denied.source(artifact),
      () => denied.list(),
      () => nowhere.check(),
      () => withSas(`${azurite.url}/elsewhere`).check(),
    ];
    const secrets = [azurite.key, wrongKey, sas, new URLSearchParams(sas).get('sig') ?? '', 'sig=', 'SharedKey '];
    for (const fail of failing) {
      const error = await failureOf(fail());
      expect(error.message).not.toContain('\n');
      const everything = `${error.message} ${error.hint} ${error.stack} ${inspect(error, { depth: 9, showHidden: true })}`;
      expect(secrets.filter((secret) => everything.includes(secret))).toEqual([]);
    }
  });
});

async function failureOf(failing: Promise<unknown>): Promise<DeployError> {
  const error: unknown = await failing.then(
    () => 'it succeeded',
    (reason: unknown) => reason,
  );
  if (!(error instanceof DeployError)) throw new Error('Expected a DeployError', { cause: error });
  return error;
}
