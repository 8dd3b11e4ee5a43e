import { createHash } from 'node:crypto';
import { BlobServiceClient, ContainerSASPermissions } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Azurite } from '../../support/stores/azurite-server.ts';
import type { Artifact } from '../../../src/executable/format/artifact.ts';
import { openStore } from '../../../src/store/open.ts';
import type { PutOptions, Store } from '../../../src/store/store.ts';
import { generatedArtifact, partedArtifact } from '../../support/programs/artifact.ts';
import { azuriteProcess } from '../../support/stores/azurite.ts';
import { noise } from '../../support/programs/artifact.ts';
import { meddlingProxy } from '../../support/stores/meddling-proxy.ts';
import type { MeddlingProxy } from '../../support/stores/meddling-proxy.ts';

let azurite: Azurite;
let proxy: MeddlingProxy;
let prefix: Artifact;
beforeAll(async () => {
  azurite = await azuriteProcess();
  proxy = await meddlingProxy(azurite.port);
  prefix = await generatedArtifact(2, 'runtime');
});
afterAll(async () => {
  await proxy.close();
  await azurite.stop();
});

const open = (container: string, environment: Record<string, string> = { AZURE_STORAGE_KEY: azurite.key }): Store =>
  openStore({ store: `http://127.0.0.1:${proxy.port}/${azurite.account}/${container}`, environment });

const containerOf = (name: string) =>
  BlobServiceClient.fromConnectionString(azurite.connectionString).getContainerClient(name);

/** A version of an application: what is given, and a large part that never changes. */
const versionOf = async (text: string): Promise<Artifact> => partedArtifact(prefix, [text, noise('deployer', 300_000)]);

async function put(store: Store, artifact: Artifact, options: PutOptions = {}) {
  const notices: string[] = [];
  const sums = await store.put(artifact, { ...options, onNotice: (text) => notices.push(text) });
  return { ...sums, notices };
}

describe('put() of a version after the first', () => {
  it('has the store make an object of the same bytes', async () => {
    const store = open('same');
    const [first, second] = [await versionOf('one'), await versionOf('two')];
    await put(store, first);
    const { sentBytes, notices } = await put(store, second, { basedOn: first.version });
    expect(sentBytes).toBe(3);
    expect(notices).toEqual([]);
    expect(await digestIn('same', second)).toBe(second.version);
    expect(await digestIn('same', first)).toBe(first.version);
    const runtime = containerOf('same').getBlobClient(`runtimes/${prefix.version}`);
    expect(hashed(await runtime.downloadToBuffer())).toBe(prefix.version);
  });

  it('ends where another wrong object is there each time it looks', async () => {
    const store = open('contested');
    const artifact = await versionOf('one');
    await put(store, artifact);
    await containerOf('contested').getBlockBlobClient(`${artifact.version}/${artifact.name}`).upload('other', 5);
    const conditions = { status: 412, headers: { 'x-ms-error-code': 'ConditionNotMet' } };
    let deletions = 0;
    proxy.refuse = ({ method }) => (method === 'DELETE' && (deletions += 1) > 0 ? conditions : undefined);
    await expect(put(store, artifact)).rejects.toMatchObject({ code: 'store-damaged' });
    proxy.refuse = undefined;
    expect(deletions).toBe(3);
  });

  it('goes on where an upload was cut off', async () => {
    const store = open('resumed');
    await put(store, await versionOf('one'));
    const second = await versionOf('two');
    proxy.refuse = ({ method, url }) =>
      method === 'PUT' && url.includes('comp=blocklist') ? 'AuthorizationFailure' : undefined;
    await expect(put(store, second)).rejects.toMatchObject({ code: 'store-denied' });
    proxy.refuse = undefined;
    expect(await put(store, second)).toEqual({ sentBytes: 0, reusedBytes: second.sizeBytes, notices: [] });
    expect(await digestIn('resumed', second)).toBe(second.version);
  });

  it('copies with a SAS for the container, too', async () => {
    await containerOf('with-sas').create();
    const sas = await sasOf('with-sas', 'rcwl');
    const store = open('with-sas', { AZURE_STORAGE_SAS_TOKEN: sas });
    const [first, second] = [await versionOf('one'), await versionOf('two')];
    await put(store, first);
    expect(await put(store, second, { basedOn: first.version })).toMatchObject({ sentBytes: 3, notices: [] });
    expect(await digestIn('with-sas', second)).toBe(second.version);
  });

  it('has sources read with a link of an hour that allows nothing but reading', async () => {
    const store = open('link');
    await put(store, await versionOf('one'));
    proxy.seen.length = 0;
    await put(store, await versionOf('two'));
    const [source] = proxy.seen.flatMap(({ headers }) => headers['x-ms-copy-source'] ?? []);
    const fields = new URL(String(source)).searchParams;
    expect([fields.get('sp'), fields.get('sr')]).toEqual(['r', 'c']);
    expect(Date.parse(fields.get('se') ?? '') - Date.now()).toBeLessThan(3600_000);
  });
});

describe('put() where the store cannot copy', () => {
  it('sends all of it, and says so without a secret', async () => {
    const store = open('refusing');
    proxy.refuse = ({ headers }) => ('x-ms-copy-source' in headers ? 'CannotVerifyCopySource' : undefined);
    const [first, second] = [await versionOf('one'), await versionOf('two')];
    for (const [artifact, basedOn] of [[first], [second, first.version]] as const) {
      const { sentBytes, reusedBytes, notices } = await put(store, artifact, { basedOn });
      expect([sentBytes, reusedBytes]).toEqual([artifact.sizeBytes, 0]);
      expect(notices).toEqual([
        `http://127.0.0.1:${proxy.port}/${azurite.account}/refusing does not copy inside itself (403 CannotVerifyCopySource): sending the whole executable`,
      ]);
      expect(await digestIn('refusing', artifact)).toBe(artifact.version);
    }
    proxy.refuse = undefined;
  });

  it('sends all of it when the runtime is deleted meanwhile, and keeps it anew', async () => {
    const store = open('deleted');
    await put(store, await versionOf('one'));
    const runtime = containerOf('deleted').getBlobClient(`runtimes/${prefix.version}`);
    await runtime.delete();
    const second = await versionOf('two');
    const { sentBytes, notices } = await put(store, second);
    expect([sentBytes, notices]).toEqual([second.sizeBytes, []]);
    expect(await digestIn('deleted', second)).toBe(second.version);
    expect(await runtime.exists()).toBe(true);
    expect(await put(store, await versionOf('three'))).toMatchObject({ reusedBytes: prefix.sizeBytes });
  });

  it.each([
    ['changed', (bytes: Buffer) => Buffer.concat([Buffer.of(1), bytes.subarray(1)])],
    ['cut off', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['empty', () => Buffer.alloc(0)],
  ])('sends all of it when the runtime is damaged (%s), says so and replaces it', async (how, damage) => {
    const name = `damaged-${how.replace(' ', '-')}`;
    const store = open(name);
    await put(store, await versionOf('one'));
    const runtime = containerOf(name).getBlockBlobClient(`runtimes/${prefix.version}`);
    await runtime.uploadData(damage(await runtime.downloadToBuffer()));
    const second = await versionOf('two');
    const { sentBytes, notices } = await put(store, second);
    expect(sentBytes).toBe(second.sizeBytes);
    expect(notices).toEqual([
      expect.stringMatching(/is damaged \(.*\): sending the whole executable and replacing it$/),
    ]);
    expect(await digestIn(name, second)).toBe(second.version);
    expect(hashed(await runtime.downloadToBuffer())).toBe(prefix.version);
    expect(await put(store, await versionOf('three'))).toMatchObject({ reusedBytes: prefix.sizeBytes, notices: [] });
  });

  it('sends what an earlier version does not hold as it says', async () => {
    const store = open('lying');
    const first = await versionOf('one');
    await put(store, first);
    const blob = containerOf('lying').getBlockBlobClient(`${first.version}/hello-world`);
    const { committedBlocks = [] } = await blob.getBlockList('committed');
    for (const { name, size } of committedBlocks) await blob.stageBlock(name, Buffer.alloc(size, 1), size);
    await blob.commitBlockList(committedBlocks.map(({ name }) => name));
    const second = await versionOf('two');
    expect(await put(store, second, { basedOn: first.version })).toMatchObject({ reusedBytes: prefix.sizeBytes });
    expect(await digestIn('lying', second)).toBe(second.version);
  });
});

describe('put() by several at once', () => {
  it('ends in one object and one runtime, also on an empty store', async () => {
    const artifacts = [await versionOf('one'), await versionOf('one'), await versionOf('two')];
    await Promise.all(artifacts.map(async (artifact) => put(open('several'), artifact)));
    const names = (await Array.fromAsync(containerOf('several').listBlobsFlat())).map(({ name }) => name);
    expect(names).toHaveLength(3);
    for (const artifact of artifacts) expect(await digestIn('several', artifact)).toBe(artifact.version);
    expect(await put(open('several'), await versionOf('three'))).toMatchObject({ reusedBytes: prefix.sizeBytes });
  });

  it('stands it when the runtime is deleted before the object is made', async () => {
    const store = open('race');
    await put(store, await versionOf('one'));
    const runtime = containerOf('race').getBlobClient(`runtimes/${prefix.version}`);
    proxy.before = async ({ method, url }) => {
      if (method === 'PUT' && url.includes('comp=blocklist')) await runtime.deleteIfExists();
    };
    const second = await versionOf('two');
    await put(store, second);
    proxy.before = undefined;
    expect(await digestIn('race', second)).toBe(second.version);
  });
});

describe('remove()', () => {
  it('removes a runtime with the last version that was made with it', async () => {
    const store = open('last');
    const [one, two] = [await versionOf('one'), await versionOf('two')];
    await put(store, one);
    await put(store, two);
    const runtime = containerOf('last').getBlobClient(`runtimes/${prefix.version}`);
    await store.remove(one.version);
    expect(await runtime.exists()).toBe(true);
    await store.remove(two.version);
    expect(await runtime.exists()).toBe(false);
  });
});

async function digestIn(container: string, { version, name }: Artifact): Promise<string> {
  return hashed(await containerOf(container).getBlobClient(`${version}/${name}`).downloadToBuffer());
}

function hashed(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function sasOf(container: string, permissions: string): Promise<string> {
  const client = containerOf(container);
  const url = await client.generateSasUrl({
    permissions: ContainerSASPermissions.parse(permissions),
    expiresOn: new Date(Date.now() + 3600_000),
  });
  return new URL(url).search;
}
