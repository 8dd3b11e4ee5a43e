import { createHash } from 'node:crypto';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Azurite } from '../../support/stores/azurite-server.ts';
import type { Artifact } from '../../../src/executable/format/artifact.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Store, UrlPlace } from '../../../src/store/store.ts';
import { artifactOf, generatedArtifact } from '../../support/programs/artifact.ts';
import { azuriteProcess } from '../../support/stores/azurite.ts';
import { faultyProxy } from '../../support/stores/faulty-proxy.ts';
import type { FaultyProxy } from '../../support/stores/faulty-proxy.ts';
import { flipped } from '../../support/programs/broken-artifact.ts';
import { peakOfPut } from '../../support/stores/child.ts';

const blockBytes = 4 << 20;

let azurite: Azurite;
let proxy: FaultyProxy;
beforeAll(async () => {
  azurite = await azuriteProcess();
  proxy = await faultyProxy(azurite.port);
});
afterAll(async () => {
  await proxy.close();
  await azurite.stop();
});

const open = (container: string, port = azurite.port): Store<UrlPlace> =>
  openStore({
    store: `http://127.0.0.1:${port}/${azurite.account}/${container}`,
    environment: { AZURE_STORAGE_KEY: azurite.key },
  });

const serviceOf = () => BlobServiceClient.fromConnectionString(azurite.connectionString);

describe('put()', () => {
  it('pays one block at most for a connection that breaks', async () => {
    const artifact = await generatedArtifact(40, 'break');
    const store = open('break', proxy.port);
    const before = proxy.upBytes;
    proxy.cutAfter(20 << 20);
    const { sentBytes } = await store.put(artifact);
    const crossed = proxy.upBytes - before;
    expect(crossed).toBeGreaterThan(artifact.sizeBytes);
    expect(crossed).toBeLessThanOrEqual(artifact.sizeBytes + blockBytes + (1 << 16));
    // What is on its way inside a socket when it breaks is counted, though it did not arrive.
    expect(Math.abs(sentBytes - crossed)).toBeLessThan(4 << 20);
    expect(await digestIn(store, artifact)).toBe(artifact.version);
  });

  it('goes on where an upload was cut off', async () => {
    const artifact = await generatedArtifact(40, 'resume');
    const store = open('resume');
    const stop = new AbortController();
    // More than four blocks have left, and no more than four are on their way at once.
    const onProgress = (done: number) => void (done > 33 << 20 && stop.abort());
    await expect(store.put(artifact, { signal: stop.signal, onProgress })).rejects.toThrow('abort');
    expect(await store.has(artifact)).toBe(false);
    const totals = new Set<number>();
    const { sentBytes, reusedBytes } = await open('resume').put(artifact, { onProgress: (_, all) => totals.add(all) });
    expect(reusedBytes).toBeGreaterThanOrEqual(blockBytes);
    expect(sentBytes + reusedBytes).toBe(artifact.sizeBytes);
    expect(Math.min(...totals)).toBe(sentBytes);
    expect(await digestIn(store, artifact)).toBe(artifact.version);
  });

  it('is not spoilt by somebody who sends damaged bytes under the same name', async () => {
    const artifact = await generatedArtifact(20, 'spoil');
    const store = open('spoil');
    await expect(store.put(flipped(artifact))).rejects.toMatchObject({ code: 'executable-damaged' });
    const { sentBytes, reusedBytes } = await store.put(artifact);
    expect([sentBytes, reusedBytes]).toEqual([blockBytes, artifact.sizeBytes - blockBytes]);
    expect(await digestIn(store, artifact)).toBe(artifact.version);
  });

  it('succeeds when another finishes first', async () => {
    const artifact = await generatedArtifact(20, 'overtaken');
    const store = open('overtaken');
    const blob = serviceOf().getContainerClient('overtaken').getBlobClient(`${artifact.version}/hello-world`);
    let etag: string | undefined;
    const overtaken: Artifact = {
      ...artifact,
      async *open() {
        yield* artifact.open();
        await open('overtaken').put(artifact);
        ({ etag } = await blob.getProperties());
      },
    };
    await store.put(overtaken);
    expect((await blob.getProperties()).etag).toBe(etag);
    expect(etag).toBeDefined();
    expect(await store.list()).toHaveLength(1);
    expect(await digestIn(store, artifact)).toBe(artifact.version);
  });

  it.each(['half', 'other'])('stores anew what others have overwritten, and says so: %s', async (content) => {
    const [artifact, notices] = [await artifactOf('whole'), [] as string[]];
    const container = serviceOf().getContainerClient(`damaged-${content}`);
    await container.create();
    const blob = container.getBlockBlobClient(`${artifact.version}/hello-world`);
    await blob.upload(content, content.length);
    await open(container.containerName).put(artifact, { onNotice: (text) => notices.push(text) });
    expect((await blob.downloadToBuffer()).toString()).toBe('whole');
    expect(notices).toEqual([expect.stringContaining('held something else')]);
  });

  it('takes what others have put there as it should be', async () => {
    const [artifact, notices] = [await artifactOf('whole'), [] as string[]];
    const container = serviceOf().getContainerClient('theirs');
    await container.create();
    await container.getBlockBlobClient(`${artifact.version}/hello-world`).upload('whole', 5);
    const put = await open('theirs').put(artifact, { onNotice: (text) => notices.push(text) });
    expect([put, notices]).toEqual([{ sentBytes: 0, reusedBytes: 0 }, []]);
  });

  it('keeps what it says about the object with it', async () => {
    const [store, artifact] = [open('metadata'), await artifactOf('metadata')];
    await store.put(artifact);
    const blob = serviceOf().getContainerClient('metadata').getBlobClient(`${artifact.version}/hello-world`);
    expect(await blob.getProperties()).toMatchObject({
      contentType: 'application/octet-stream',
      metadata: { target: 'linux-x64', sha256: artifact.version },
    });
  });

  it('holds a few blocks in memory, not the artifact', async () => {
    const environment = { STORE: `${azurite.url}/memory`, AZURE_STORAGE_KEY: azurite.key };
    const [little, much] = [await peakOfPut(16, environment), await peakOfPut(320, environment)];
    expect(much - little).toBeLessThan(64);
    expect(much).toBeLessThan(210);
  });
});

async function digestIn(store: Store<UrlPlace>, artifact: Artifact): Promise<string> {
  const { url, secret } = await store.source(artifact);
  const { body } = await fetch(`${url}?${secret}`.replace(String(proxy.port), String(azurite.port)));
  const hash = createHash('sha256');
  for await (const chunk of body ?? []) hash.update(chunk);
  return hash.digest('hex');
}
