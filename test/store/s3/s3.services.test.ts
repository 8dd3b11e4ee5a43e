import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Artifact } from '../../../src/executable/format/artifact.ts';
import { openStore, type StoreSettings } from '../../../src/store/open.ts';
import type { Store, UrlStore } from '../../../src/store/store.ts';
import { artifactOf, generatedArtifact } from '../../support/programs/artifact.ts';
import { asked, makeBucket } from '../../support/stores/bucket.ts';
import { faultyProxy, type FaultyProxy } from '../../support/stores/faulty-proxy.ts';
import { s3Server, type S3Server } from '../../support/stores/seaweed.ts';
import { storeContract } from '../../support/contracts/store-contract.ts';
import { flipped } from '../../support/programs/broken-artifact.ts';
import { ofExecutables } from '../../support/stores/store-kinds.ts';
import { unusedContract } from '../../support/contracts/unused-contract.ts';
import { peakOfPut } from '../../support/stores/child.ts';

const partBytes = 8 << 20;

let server: S3Server;
let proxy: FaultyProxy;
beforeAll(async () => {
  server = await s3Server();
  proxy = await faultyProxy(server.port);
  // The first time the server has to be installed.
}, 300_000);
afterAll(async () => {
  await proxy.close();
  await server.stop();
});

const open = (bucket: string, port = server.port, settings: Partial<StoreSettings> = {}): UrlStore =>
  openStore({ store: `s3://${bucket}?endpoint=http://127.0.0.1:${port}`, environment: server.writer, ...settings });

async function opened(bucket: string, port?: number): Promise<Store> {
  await makeBucket(server, bucket);
  return open(bucket, port);
}

describe('s3Store', () => {
  let buckets = 0;
  storeContract(
    async () => {
      buckets += 1;
      return opened(`contract-${buckets}`);
    },
    { ...ofExecutables, reuses: 'prefix' },
  );
  unusedContract(
    async () => {
      buckets += 1;
      await makeBucket(server, `contract-${buckets}`);
      return open(`contract-${buckets}`, server.port, { freshMs: 0 });
    },
    { shares: true },
  );
});

describe('put()', () => {
  it('pays one part at most for a connection that breaks', async () => {
    const artifact = await generatedArtifact(40, 'break');
    const store = await opened('break', proxy.port);
    const before = proxy.upBytes;
    proxy.cutAfter(20 << 20);
    await store.put(artifact);
    const crossed = proxy.upBytes - before;
    expect(crossed).toBeGreaterThan(artifact.sizeBytes);
    expect(crossed).toBeLessThanOrEqual(artifact.sizeBytes + partBytes + (1 << 17));
    expect(await digestIn('break', artifact)).toBe(artifact.version);
  });

  it('goes on where an upload was cut off, and leaves no parts behind', async () => {
    const artifact = await generatedArtifact(40, 'resume');
    const store = await opened('resume');
    const stop = new AbortController();
    // More than four parts have left, and no more than four are on their way at once.
    const onProgress = (done: number) => void (done > 33 << 20 && stop.abort());
    await expect(store.put(artifact, { signal: stop.signal, onProgress })).rejects.toThrow('abort');
    expect(await store.has(artifact)).toBe(false);
    const { sentBytes, reusedBytes } = await open('resume').put(artifact);
    expect(reusedBytes).toBeGreaterThanOrEqual(partBytes);
    expect(sentBytes + reusedBytes).toBe(artifact.sizeBytes);
    expect(await digestIn('resume', artifact)).toBe(artifact.version);
    expect(await unfinished('resume')).toBe(0);
  });

  it('drops the parts of damaged bytes', async () => {
    const artifact = await generatedArtifact(20, 'spoil');
    const store = await opened('spoil');
    await expect(store.put(flipped(artifact))).rejects.toMatchObject({ code: 'executable-damaged' });
    expect(await unfinished('spoil')).toBe(0);
    expect(await store.put(artifact)).toEqual({ sentBytes: artifact.sizeBytes, reusedBytes: 0 });
    expect(await digestIn('spoil', artifact)).toBe(artifact.version);
  });

  it('succeeds when another finishes first, and leaves what that has made', async () => {
    const artifact = await generatedArtifact(20, 'overtaken');
    const store = await opened('overtaken');
    const path = `overtaken/${artifact.version}/hello-world`;
    const modified = async () => (await asked(server, path, { method: 'HEAD' })).headers.get('x-amz-meta-by');
    const overtaken: Artifact = {
      ...artifact,
      async *open() {
        yield* artifact.open();
        const body = Buffer.concat(await Array.fromAsync(artifact.open()));
        await asked(server, path, { method: 'PUT', body, headers: { 'x-amz-meta-by': 'another' } });
      },
    };
    await store.put(overtaken);
    expect(await modified()).toBe('another');
    expect(await unfinished('overtaken')).toBe(0);
  });

  it.each(['half', 'other'])('stores anew what others have overwritten, and says so: %s', async (body) => {
    const [artifact, notices] = [await artifactOf('whole'), [] as string[]];
    const store = await opened(`damaged-${body}`);
    const path = `damaged-${body}/${artifact.version}/hello-world`;
    await asked(server, path, { method: 'PUT', body });
    await store.put(artifact, { onNotice: (text) => notices.push(text) });
    expect(await (await asked(server, path)).text()).toBe('whole');
    expect(notices).toEqual([expect.stringContaining('held something else')]);
  });

  it.each([
    ['small', 1],
    ['large', 20],
  ])('keeps what it says about a %s object with it', async (size, mebibytes) => {
    const [store, artifact] = [await opened(`told-${size}`), await generatedArtifact(mebibytes, size)];
    await store.put(artifact);
    const { headers } = await asked(server, `told-${size}/${artifact.version}/hello-world`, { method: 'HEAD' });
    expect(headers.get('content-type')).toBe('application/octet-stream');
    expect(headers.get('x-amz-meta-target')).toBe('linux-arm64');
    expect(headers.get('x-amz-meta-sha256')).toBe(artifact.version);
  });

  it('holds a few parts in memory, not the artifact', async () => {
    await makeBucket(server, 'memory');
    const environment = { STORE: `s3://memory?endpoint=${server.endpoint}`, ...server.writer };
    const [little, much] = [await peakOfPut(16, environment), await peakOfPut(240, environment)];
    expect(much - little).toBeLessThan(100);
  });
});

async function digestIn(bucket: string, { version, name }: Artifact): Promise<string> {
  const { body } = await asked(server, `${bucket}/${version}/${name}`);
  const hash = createHash('sha256');
  for await (const chunk of body ?? []) hash.update(chunk);
  return hash.digest('hex');
}

async function uploads(bucket: string): Promise<string[]> {
  const listed = await (await asked(server, `${bucket}?uploads`)).text();
  return [...listed.matchAll(/<UploadId>([^<]*)</g)].map(([, id = '']) => id);
}

async function unfinished(bucket: string): Promise<number> {
  return (await uploads(bucket)).length;
}
