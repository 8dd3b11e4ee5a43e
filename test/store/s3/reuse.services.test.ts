import { describe, expect, it } from '@jest/globals';
import type { Artifact } from '../../../src/executable/format/artifact.ts';
import { generatedArtifact } from '../../support/programs/artifact.ts';
import { asked, makeBucket } from '../../support/stores/bucket.ts';
import { s3Versions } from '../../support/stores/s3-versions.ts';
import { digestIn, errorAnswer, isCopy, isJoin, nameOf, putNoting } from '../../support/stores/s3-steps.ts';

const { s3, prefix, opened, versionOf } = s3Versions();
const tailBytes = (artifact: Artifact): number => artifact.sizeBytes - prefix().sizeBytes;
const runtimeIn = (bucket: string) => `${bucket}/runtimes/${prefix().version}`;

describe('put() of a version after the first', () => {
  it('has the bucket copy the prefix, and makes an object of the same bytes', async () => {
    const store = await opened('same');
    const [first, second] = [await versionOf('one'), await versionOf('two')];
    expect(await putNoting(store, first)).toEqual({ sentBytes: first.sizeBytes, reusedBytes: 0, notices: [] });
    expect(await putNoting(store, second)).toEqual({
      sentBytes: tailBytes(second),
      reusedBytes: prefix().sizeBytes,
      notices: [],
    });
    for (const artifact of [first, second])
      expect(await digestIn(s3().server, `same/${nameOf(artifact)}`)).toBe(artifact.version);
    expect(await digestIn(s3().server, runtimeIn('same'))).toBe(prefix().version);
  });

  it('binds the copy to the runtime that it has looked at', async () => {
    const store = await opened('bound');
    await putNoting(store, await versionOf('one'));
    s3().proxy.seen.length = 0;
    await putNoting(store, await versionOf('two'));
    const etag = (await asked(s3().server, runtimeIn('bound'), { method: 'HEAD' })).headers.get('etag');
    expect(s3().proxy.seen.find(isCopy)?.headers['x-amz-copy-source-if-match']).toBe(etag);
  });

  it('goes on where its parts were not joined', async () => {
    const store = await opened('resumed');
    await putNoting(store, await versionOf('one'));
    const second = await versionOf('two');
    s3().proxy.refuse = (passing) => (isJoin(passing) ? errorAnswer(403, 'AccessDenied') : undefined);
    await expect(putNoting(store, second)).rejects.toMatchObject({ code: 'store-denied' });
    s3().proxy.refuse = undefined;
    expect(await putNoting(store, second)).toEqual({ sentBytes: 0, reusedBytes: second.sizeBytes, notices: [] });
    expect(await digestIn(s3().server, `resumed/${nameOf(second)}`)).toBe(second.version);
  });
});

describe('put() where the runtime is not as it should be', () => {
  it('sends all of it when it is gone, and keeps it anew', async () => {
    const store = await opened('deleted');
    await putNoting(store, await versionOf('one'));
    await asked(s3().server, runtimeIn('deleted'), { method: 'DELETE' });
    const second = await versionOf('two');
    expect(await putNoting(store, second)).toEqual({ sentBytes: second.sizeBytes, reusedBytes: 0, notices: [] });
    expect(await digestIn(s3().server, `deleted/${nameOf(second)}`)).toBe(second.version);
    expect(await putNoting(store, await versionOf('three'))).toMatchObject({ reusedBytes: prefix().sizeBytes });
  });

  it.each([
    ['another', (bytes: Buffer) => Buffer.concat([Buffer.of(1), bytes.subarray(1)])],
    ['cut-off', (bytes: Buffer) => bytes.subarray(0, -1)],
    ['empty', () => Buffer.alloc(0)],
  ])('sends all of it when it is damaged (%s), says so and replaces it', async (how, damage) => {
    const store = await opened(`damaged-${how}`);
    await putNoting(store, await versionOf('one'));
    const path = runtimeIn(`damaged-${how}`);
    const bytes = Buffer.from(await (await asked(s3().server, path)).arrayBuffer());
    await asked(s3().server, path, { method: 'PUT', body: Uint8Array.from(damage(bytes)) });
    const second = await versionOf('two');
    expect(await putNoting(store, second)).toEqual({
      sentBytes: second.sizeBytes,
      reusedBytes: 0,
      notices: [expect.stringMatching(/is damaged \(.*\): sending the whole executable and replacing it$/)],
    });
    expect(await digestIn(s3().server, `damaged-${how}/${nameOf(second)}`)).toBe(second.version);
    expect(await digestIn(s3().server, path)).toBe(prefix().version);
    expect(await putNoting(store, await versionOf('three'))).toMatchObject({
      reusedBytes: prefix().sizeBytes,
      notices: [],
    });
  });

  it('sends all of it when the copy has another MD5', async () => {
    const store = await opened('other-md5');
    await putNoting(store, await versionOf('one'));
    const copied = '<CopyPartResult><ETag>"00000000000000000000000000000000"</ETag></CopyPartResult>';
    let copies = 0;
    s3().proxy.refuse = (passing) =>
      isCopy(passing) && (copies += 1) === 1 ? { status: 200, body: copied } : undefined;
    const second = await versionOf('two');
    const { reusedBytes, notices } = await putNoting(store, second);
    expect([reusedBytes, notices]).toEqual([0, [expect.stringMatching(/is damaged \(MD5\)/)]]);
    expect(await digestIn(s3().server, `other-md5/${nameOf(second)}`)).toBe(second.version);
  });

  it('sends all of it when it is replaced while it is copied', async () => {
    const store = await opened('replaced');
    await putNoting(store, await versionOf('one'));
    s3().proxy.before = async (passing) => {
      if (!isCopy(passing)) return;
      s3().proxy.before = undefined;
      await asked(s3().server, runtimeIn('replaced'), { method: 'PUT', body: 'another' });
    };
    const second = await versionOf('two');
    const { notices } = await putNoting(store, second);
    expect(notices).toEqual([expect.stringMatching(/is damaged \(412 PreconditionFailed\)/)]);
    expect(await digestIn(s3().server, `replaced/${nameOf(second)}`)).toBe(second.version);
  });
});

describe('put() by several at once', () => {
  it('ends in one object each and one runtime, also in an empty bucket', async () => {
    await makeBucket(s3().server, 'several');
    const artifacts = [await versionOf('one'), await versionOf('one'), await versionOf('two')];
    await Promise.all(artifacts.map(async (artifact) => putNoting(s3().open('several'), artifact)));
    expect(await s3().open('several').list()).toHaveLength(2);
    for (const artifact of artifacts)
      expect(await digestIn(s3().server, `several/${nameOf(artifact)}`)).toBe(artifact.version);
    expect(await putNoting(s3().open('several'), await versionOf('three'))).toMatchObject({
      reusedBytes: prefix().sizeBytes,
    });
  });

  it('begins anew when another drops its parts before they are joined', async () => {
    const store = await opened('dropped');
    const artifact = await generatedArtifact(10, 'dropped');
    let joins = 0;
    s3().proxy.before = async (passing) => {
      if (!isJoin(passing) || (joins += 1) > 1) return;
      await asked(s3().server, passing.url.slice(1), { method: 'DELETE' });
    };
    expect(await putNoting(store, artifact)).toMatchObject({ sentBytes: 2 * artifact.sizeBytes });
    expect(joins).toBe(2);
    expect(await digestIn(s3().server, `dropped/${nameOf(artifact)}`)).toBe(artifact.version);
  });
});

describe('remove()', () => {
  it('removes a runtime with the last version that was made with it', async () => {
    const store = await opened('last');
    const [one, two] = [await versionOf('one'), await versionOf('two')];
    await putNoting(store, one);
    await putNoting(store, two);
    const status = async () => (await asked(s3().server, runtimeIn('last'), { method: 'HEAD' })).status;
    await store.remove(one.version);
    expect(await status()).toBe(200);
    await store.remove(two.version);
    expect(await status()).toBe(404);
  });
});
