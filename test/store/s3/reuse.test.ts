import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Artifact } from '../../../src/executable/format/artifact.ts';
import { openStore } from '../../../src/store/open.ts';
import type { PutOptions, Store } from '../../../src/store/store.ts';
import { artifactOf, generatedArtifact, partedArtifact } from '../../support/programs/artifact.ts';
import { asked, makeBucket } from '../../support/stores/bucket.ts';
import { s3Server, type S3Server } from '../../support/stores/seaweed.ts';
import { noise } from '../../support/programs/artifact.ts';
import { meddlingProxy, type MeddlingProxy } from '../../support/stores/meddling-proxy.ts';

let server: S3Server;
let proxy: MeddlingProxy;
let prefix: Artifact;
beforeAll(async () => {
  server = await s3Server();
  proxy = await meddlingProxy(server.port);
  prefix = await generatedArtifact(9, 'runtime');
  // The first time the server has to be installed.
}, 300_000);
afterEach(() => {
  proxy.refuse = undefined;
  proxy.before = undefined;
});
afterAll(async () => {
  await proxy.close();
  await server.stop();
});

const open = (bucket: string): Store =>
  openStore({ store: `s3://${bucket}?endpoint=http://127.0.0.1:${proxy.port}`, environment: server.writer });

async function opened(bucket: string): Promise<Store> {
  await makeBucket(server, bucket);
  return open(bucket);
}

const versionOf = async (text: string): Promise<Artifact> => partedArtifact(prefix, [text, noise('deployer', 300_000)]);
const tailBytes = (artifact: Artifact): number => artifact.sizeBytes - prefix.sizeBytes;
const runtimeIn = (bucket: string) => `${bucket}/runtimes/${prefix.version}`;

const isCopy = ({ headers }: { headers: object }) => 'x-amz-copy-source' in headers;
const isJoin = ({ method, url }: { method: string; url: string }) => method === 'POST' && url.includes('uploadId=');
const errorOf = (status: number, code: string) => ({
  status,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>No.</Message></Error>`,
});

async function put(store: Store, artifact: Artifact, options: PutOptions = {}) {
  const notices: string[] = [];
  const sums = await store.put(artifact, { ...options, onNotice: (text) => notices.push(text) });
  return { ...sums, notices };
}

describe('put() of a version after the first', () => {
  it('has the bucket copy the prefix, and makes an object of the same bytes', async () => {
    const store = await opened('same');
    const [first, second] = [await versionOf('one'), await versionOf('two')];
    expect(await put(store, first)).toEqual({ sentBytes: first.sizeBytes, reusedBytes: 0, notices: [] });
    expect(await put(store, second)).toEqual({
      sentBytes: tailBytes(second),
      reusedBytes: prefix.sizeBytes,
      notices: [],
    });
    for (const artifact of [first, second]) expect(await digestOf(`same/${nameOf(artifact)}`)).toBe(artifact.version);
    expect(await digestOf(runtimeIn('same'))).toBe(prefix.version);
  });

  it('binds the copy to the runtime that it has looked at', async () => {
    const store = await opened('bound');
    await put(store, await versionOf('one'));
    proxy.seen.length = 0;
    await put(store, await versionOf('two'));
    const etag = (await asked(server, runtimeIn('bound'), { method: 'HEAD' })).headers.get('etag');
    expect(proxy.seen.find(isCopy)?.headers['x-amz-copy-source-if-match']).toBe(etag);
  });

  it('goes on where its parts were not joined', async () => {
    const store = await opened('resumed');
    await put(store, await versionOf('one'));
    const second = await versionOf('two');
    proxy.refuse = (passing) => (isJoin(passing) ? errorOf(403, 'AccessDenied') : undefined);
    await expect(put(store, second)).rejects.toMatchObject({ code: 'store-denied' });
    proxy.refuse = undefined;
    expect(await put(store, second)).toEqual({ sentBytes: 0, reusedBytes: second.sizeBytes, notices: [] });
    expect(await digestOf(`resumed/${nameOf(second)}`)).toBe(second.version);
  });
});

describe('put() where the provider lacks something', () => {
  it.each([
    ['says so', errorOf(501, 'NotImplemented'), '501 NotImplemented'],
    ['takes a copy for an empty part', { status: 200, headers: { etag: '"d41d8cd98f00b204e9800998ecf8427e"' } }, '200'],
  ])('sends all of it where nothing is copied and it %s', async (how, answer, said) => {
    const bucket = `refusing-${how.replaceAll(' ', '-')}`;
    const store = await opened(bucket);
    const [first, second] = [await versionOf('one'), await versionOf('two')];
    await put(store, first);
    proxy.refuse = (passing) => (isCopy(passing) ? answer : undefined);
    expect(await put(store, second)).toMatchObject({
      reusedBytes: 0,
      notices: [
        `s3://${bucket}?endpoint=http://127.0.0.1:${proxy.port} does not copy inside itself (${said}): sending the whole executable`,
      ],
    });
    expect(await digestOf(`${bucket}/${nameOf(second)}`)).toBe(second.version);
  });

  it('says that no runtime is kept where the first version cannot be copied from', async () => {
    const store = await opened('keeping');
    proxy.refuse = (passing) => (isCopy(passing) ? errorOf(501, 'NotImplemented') : undefined);
    const { notices } = await put(store, await versionOf('one'));
    expect(notices).toEqual([
      expect.stringMatching(/does not copy inside itself \(501 NotImplemented\): it keeps no runtime$/),
    ]);
  });

  it('makes objects without a condition where there is none, and asks once', async () => {
    const store = await opened('unconditional');
    const conditions = ({ headers }: { headers: object }) => 'if-none-match' in headers;
    proxy.refuse = (passing) => (conditions(passing) ? errorOf(501, 'NotImplemented') : undefined);
    const artifacts = [await artifactOf('small'), await versionOf('one'), await versionOf('two')];
    for (const artifact of artifacts) {
      await put(store, artifact);
      expect(await digestOf(`unconditional/${nameOf(artifact)}`)).toBe(artifact.version);
    }
    expect(
      proxy.seen.filter((passing) => passing.url.startsWith('/unconditional') && conditions(passing)),
    ).toHaveLength(1);
  });

  it('sends all of it where nobody may look at unfinished uploads', async () => {
    const store = await opened('unlisted');
    proxy.refuse = ({ method, url }) =>
      method === 'GET' && url.includes('uploads') ? errorOf(403, 'AccessDenied') : undefined;
    const artifact = await versionOf('one');
    expect(await put(store, artifact)).toMatchObject({ sentBytes: artifact.sizeBytes });
    expect(await digestOf(`unlisted/${nameOf(artifact)}`)).toBe(artifact.version);
  });

  it('sends all of it where a copied part cannot be joined with others', async () => {
    const store = await opened('unjoined');
    await put(store, await versionOf('one'));
    let joins = 0;
    proxy.refuse = (passing) => (isJoin(passing) && (joins += 1) === 1 ? errorOf(400, 'InvalidPart') : undefined);
    const second = await versionOf('two');
    expect(await put(store, second)).toMatchObject({ reusedBytes: 0 });
    expect(joins).toBe(2);
    expect(await digestOf(`unjoined/${nameOf(second)}`)).toBe(second.version);
  });

  it('tries again what failed after it was answered with 200', async () => {
    const store = await opened('late');
    let joins = 0;
    proxy.refuse = (passing) => (isJoin(passing) && (joins += 1) === 1 ? errorOf(200, 'InternalError') : undefined);
    const artifact = await generatedArtifact(10, 'late');
    expect(await put(store, artifact)).toMatchObject({ sentBytes: artifact.sizeBytes });
    expect(joins).toBe(2);
  });

  it('gives up where what is made is never there', async () => {
    const store = await opened('vanishing');
    const artifact = await artifactOf('gone');
    proxy.refuse = ({ method }) => (method === 'PUT' ? { status: 200 } : undefined);
    await expect(put(store, artifact)).rejects.toMatchObject({ code: 'store-unreachable' });
  });
});

describe('put() where the runtime is not as it should be', () => {
  it('sends all of it when it is gone, and keeps it anew', async () => {
    const store = await opened('deleted');
    await put(store, await versionOf('one'));
    await asked(server, runtimeIn('deleted'), { method: 'DELETE' });
    const second = await versionOf('two');
    expect(await put(store, second)).toEqual({ sentBytes: second.sizeBytes, reusedBytes: 0, notices: [] });
    expect(await digestOf(`deleted/${nameOf(second)}`)).toBe(second.version);
    expect(await put(store, await versionOf('three'))).toMatchObject({ reusedBytes: prefix.sizeBytes });
  });

  it.each([
    ['another', (bytes: Buffer) => Buffer.concat([Buffer.of(1), bytes.subarray(1)])],
    ['cut-off', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['empty', () => Buffer.alloc(0)],
  ])('sends all of it when it is damaged (%s), says so and replaces it', async (how, damage) => {
    const store = await opened(`damaged-${how}`);
    await put(store, await versionOf('one'));
    const path = runtimeIn(`damaged-${how}`);
    const bytes = Buffer.from(await (await asked(server, path)).arrayBuffer());
    await asked(server, path, { method: 'PUT', body: Uint8Array.from(damage(bytes)) });
    const second = await versionOf('two');
    expect(await put(store, second)).toEqual({
      sentBytes: second.sizeBytes,
      reusedBytes: 0,
      notices: [expect.stringMatching(/is damaged \(.*\): sending the whole executable and replacing it$/)],
    });
    expect(await digestOf(`damaged-${how}/${nameOf(second)}`)).toBe(second.version);
    expect(await digestOf(path)).toBe(prefix.version);
    expect(await put(store, await versionOf('three'))).toMatchObject({ reusedBytes: prefix.sizeBytes, notices: [] });
  });

  it('sends all of it when the copy has another MD5', async () => {
    const store = await opened('other-md5');
    await put(store, await versionOf('one'));
    const copied = '<CopyPartResult><ETag>"00000000000000000000000000000000"</ETag></CopyPartResult>';
    let copies = 0;
    proxy.refuse = (passing) => (isCopy(passing) && (copies += 1) === 1 ? { status: 200, body: copied } : undefined);
    const second = await versionOf('two');
    const { reusedBytes, notices } = await put(store, second);
    expect([reusedBytes, notices]).toEqual([0, [expect.stringMatching(/is damaged \(MD5\)/)]]);
    expect(await digestOf(`other-md5/${nameOf(second)}`)).toBe(second.version);
  });

  it('sends all of it when it is replaced while it is copied', async () => {
    const store = await opened('replaced');
    await put(store, await versionOf('one'));
    proxy.before = async (passing) => {
      if (!isCopy(passing)) return;
      proxy.before = undefined;
      await asked(server, runtimeIn('replaced'), { method: 'PUT', body: 'another' });
    };
    const second = await versionOf('two');
    const { notices } = await put(store, second);
    expect(notices).toEqual([expect.stringMatching(/is damaged \(412 PreconditionFailed\)/)]);
    expect(await digestOf(`replaced/${nameOf(second)}`)).toBe(second.version);
  });
});

describe('put() by several at once', () => {
  it('ends in one object each and one runtime, also in an empty bucket', async () => {
    await makeBucket(server, 'several');
    const artifacts = [await versionOf('one'), await versionOf('one'), await versionOf('two')];
    await Promise.all(artifacts.map(async (artifact) => put(open('several'), artifact)));
    expect(await open('several').list()).toHaveLength(2);
    for (const artifact of artifacts) expect(await digestOf(`several/${nameOf(artifact)}`)).toBe(artifact.version);
    expect(await put(open('several'), await versionOf('three'))).toMatchObject({ reusedBytes: prefix.sizeBytes });
  });

  it('begins anew when another drops its parts before they are joined', async () => {
    const store = await opened('dropped');
    const artifact = await generatedArtifact(10, 'dropped');
    let joins = 0;
    proxy.before = async (passing) => {
      if (!isJoin(passing) || (joins += 1) > 1) return;
      await asked(server, passing.url.slice(1), { method: 'DELETE' });
    };
    expect(await put(store, artifact)).toMatchObject({ sentBytes: 2 * artifact.sizeBytes });
    expect(joins).toBe(2);
    expect(await digestOf(`dropped/${nameOf(artifact)}`)).toBe(artifact.version);
  });
});

describe('remove()', () => {
  it('removes a runtime with the last version that was made with it', async () => {
    const store = await opened('last');
    const [one, two] = [await versionOf('one'), await versionOf('two')];
    await put(store, one);
    await put(store, two);
    const status = async () => (await asked(server, runtimeIn('last'), { method: 'HEAD' })).status;
    await store.remove(one.version);
    expect(await status()).toBe(200);
    await store.remove(two.version);
    expect(await status()).toBe(404);
  });
});

describe('list()', () => {
  it('asks on where a list does not hold all', async () => {
    const store = await opened('pages');
    const page = (digit: string, rest: string) => ({
      status: 200,
      body: `<ListBucketResult><Contents><Key>${digit.repeat(64)}/app</Key><Size>4</Size><LastModified>2026-01-02T03:04:05.000Z</LastModified></Contents>${rest}</ListBucketResult>`,
    });
    const more = '<IsTruncated>true</IsTruncated><NextContinuationToken>on&#43;&amp;=</NextContinuationToken>';
    proxy.refuse = ({ method, url }) => {
      if (method !== 'GET') return undefined;
      const token = new URL(url, 'http://store.test').searchParams.get('continuation-token');
      if (token === null) return page('1', more);
      return token === 'on+&=' ? page('2', '') : errorOf(400, 'InvalidArgument');
    };
    expect((await store.list()).map(({ version }) => version)).toEqual(['1'.repeat(64), '2'.repeat(64)]);
  });
});

function nameOf({ version, name }: Artifact): string {
  return `${version}/${name}`;
}

async function digestOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(Buffer.from(await (await asked(server, path)).arrayBuffer()))
    .digest('hex');
}
