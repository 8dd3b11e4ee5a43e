import { describe, expect, it } from '@jest/globals';
import { artifactOf, generatedArtifact } from '../../support/programs/artifact.ts';
import { s3Versions } from '../../support/stores/s3-versions.ts';
import { digestIn, errorAnswer, isCopy, isJoin, nameOf, putNoting } from '../../support/stores/s3-steps.ts';

const { s3, opened, versionOf } = s3Versions();

describe('put() where the provider lacks something', () => {
  it.each([
    ['says so', errorAnswer(501, 'NotImplemented'), '501 NotImplemented'],
    ['takes a copy for an empty part', { status: 200, headers: { etag: '"d41d8cd98f00b204e9800998ecf8427e"' } }, '200'],
  ])('sends all of it where nothing is copied and it %s', async (how, answer, said) => {
    const bucket = `refusing-${how.replaceAll(' ', '-')}`;
    const store = await opened(bucket);
    const [first, second] = [await versionOf('one'), await versionOf('two')];
    await putNoting(store, first);
    s3().proxy.refuse = (passing) => (isCopy(passing) ? answer : undefined);
    expect(await putNoting(store, second)).toMatchObject({
      reusedBytes: 0,
      notices: [
        `s3://${bucket}?endpoint=http://127.0.0.1:${s3().proxy.port} does not copy inside itself (${said}): sending the whole executable`,
      ],
    });
    expect(await digestIn(s3().server, `${bucket}/${nameOf(second)}`)).toBe(second.version);
  });

  it('says that no runtime is kept where the first version cannot be copied from', async () => {
    const store = await opened('keeping');
    s3().proxy.refuse = (passing) => (isCopy(passing) ? errorAnswer(501, 'NotImplemented') : undefined);
    const { notices } = await putNoting(store, await versionOf('one'));
    expect(notices).toEqual([
      expect.stringMatching(/does not copy inside itself \(501 NotImplemented\): it keeps no runtime$/),
    ]);
  });

  it('copies again where something else was under way there', async () => {
    const store = await opened('busy');
    const [first, second] = [await versionOf('one'), await versionOf('two')];
    await putNoting(store, first);
    let copies = 0;
    s3().proxy.refuse = (passing) =>
      isCopy(passing) && (copies += 1) === 1 ? errorAnswer(409, 'OperationAborted') : undefined;
    expect(await putNoting(store, second)).toMatchObject({ reusedBytes: expect.any(Number), notices: [] });
    expect(copies).toBe(2);
  });

  it('makes objects without a condition where there is none, and asks once', async () => {
    const store = await opened('unconditional');
    const conditions = ({ headers }: { headers: object }) => 'if-none-match' in headers;
    s3().proxy.refuse = (passing) => (conditions(passing) ? errorAnswer(501, 'NotImplemented') : undefined);
    const artifacts = [await artifactOf('small'), await versionOf('one'), await versionOf('two')];
    for (const artifact of artifacts) {
      await putNoting(store, artifact);
      expect(await digestIn(s3().server, `unconditional/${nameOf(artifact)}`)).toBe(artifact.version);
    }
    expect(
      s3().proxy.seen.filter((passing) => passing.url.startsWith('/unconditional') && conditions(passing)),
    ).toHaveLength(1);
  });

  it('sends all of it where nobody may look at unfinished uploads', async () => {
    const store = await opened('unlisted');
    s3().proxy.refuse = ({ method, url }) =>
      method === 'GET' && url.includes('uploads') ? errorAnswer(403, 'AccessDenied') : undefined;
    const artifact = await versionOf('one');
    expect(await putNoting(store, artifact)).toMatchObject({ sentBytes: artifact.sizeBytes });
    expect(await digestIn(s3().server, `unlisted/${nameOf(artifact)}`)).toBe(artifact.version);
  });

  it('sends all of it where a copied part cannot be joined with others', async () => {
    const store = await opened('unjoined');
    await putNoting(store, await versionOf('one'));
    let joins = 0;
    s3().proxy.refuse = (passing) =>
      isJoin(passing) && (joins += 1) === 1 ? errorAnswer(400, 'InvalidPart') : undefined;
    const second = await versionOf('two');
    expect(await putNoting(store, second)).toMatchObject({ reusedBytes: 0 });
    expect(joins).toBe(2);
    expect(await digestIn(s3().server, `unjoined/${nameOf(second)}`)).toBe(second.version);
  });

  it('tries again what failed after it was answered with 200', async () => {
    const store = await opened('late');
    let joins = 0;
    s3().proxy.refuse = (passing) =>
      isJoin(passing) && (joins += 1) === 1 ? errorAnswer(200, 'InternalError') : undefined;
    const artifact = await generatedArtifact(10, 'late');
    expect(await putNoting(store, artifact)).toMatchObject({ sentBytes: artifact.sizeBytes });
    expect(joins).toBe(2);
  });

  it('gives up where what is made is never there', async () => {
    const store = await opened('vanishing');
    const artifact = await artifactOf('gone');
    s3().proxy.refuse = ({ method }) => (method === 'PUT' ? { status: 200 } : undefined);
    await expect(putNoting(store, artifact)).rejects.toMatchObject({ code: 'store-unreachable' });
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
    s3().proxy.refuse = ({ method, url }) => {
      if (method !== 'GET') return undefined;
      const token = new URL(url, 'http://store.test').searchParams.get('continuation-token');
      if (token === null) return page('1', more);
      return token === 'on+&=' ? page('2', '') : errorAnswer(400, 'InvalidArgument');
    };
    expect((await store.list()).map(({ version }) => version)).toEqual(['1'.repeat(64), '2'.repeat(64)]);
  });
});
