import { describe, expect, it } from '@jest/globals';
import getPort from 'get-port';
import type { DeployError } from '../../../src/shared/errors.ts';
import { openStore } from '../../../src/store/open.ts';
import { artifactOf } from '../../support/programs/artifact.ts';
import { proxiedS3ForFile } from '../../support/stores/proxied-s3.ts';

const dayMs = 24 * 60 * 60 * 1000;

const s3 = proxiedS3ForFile('access');

const open = (environment: Record<string, string>, bucket = 'access') => s3().open(bucket, environment);

describe('an error', () => {
  const errorOf = (status: number, code: string, more = '') => ({
    status,
    headers: { 'content-type': 'application/xml' },
    body: `<Error><Code>${code}</Code>${more}</Error>`,
  });

  it.each([
    ['of a key that nobody knows', { AWS_ACCESS_KEY_ID: 'AKIANOBODY' }, /403 InvalidAccessKeyId/, /AWS_ACCESS_KEY_ID/],
    ['of a wrong secret', { AWS_SECRET_ACCESS_KEY: 'wrong-secret' }, /403 SignatureDoesNotMatch/, /SECRET_ACCESS_KEY/],
  ])('%s says what to mend', async (_, changes, message, hint) => {
    const environment = { ...s3().server.writer, ...changes };
    const error = await failure(async () => open(environment).check(), environment);
    expect(error).toMatchObject({ code: 'store-denied', message: expect.stringMatching(message) });
    expect(error.hint).toMatch(hint);
  });

  it('of who may read only names the rights that are missing, when it writes', async () => {
    const store = open(s3().server.reader);
    await store.check();
    const artifact = await artifactOf('not allowed');
    const error = await failure(async () => store.put(artifact), s3().server.reader);
    expect(error).toMatchObject({ code: 'store-denied', message: expect.stringContaining('(403 AccessDenied)') });
    expect(error.hint).toContain('PutObject');
    expect(await store.has(artifact)).toBe(false);
  });

  it('of a bucket that is not there says how to make it', async () => {
    const error = await failure(async () => open(s3().server.writer, 'nowhere').check());
    expect(error).toMatchObject({
      code: 'store-unreachable',
      message: expect.stringMatching(/nowhere.* does not exist$/),
    });
    expect(error.hint).toContain('aws s3 mb s3://nowhere');
  });

  it.each([
    ['moved', { ...errorOf(301, 'PermanentRedirect'), headers: { 'x-amz-bucket-region': 'eu-west-1' } }],
    ['wrongly signed', errorOf(400, 'AuthorizationHeaderMalformed', '<Region>eu-west-1</Region>')],
  ])('of another region names it (%s)', async (_, answer) => {
    s3().proxy.refuse = () => answer;
    const error = await failure(async () => open(s3().server.writer).check());
    expect(error).toMatchObject({
      code: 'store-unreachable',
      message: expect.stringContaining('is in region eu-west-1, not us-east-1'),
    });
    expect(error.hint).toContain('AWS_REGION=eu-west-1');
  });

  it.each([
    ['a session that has ended', errorOf(400, 'ExpiredToken'), 'store-denied', /aws configure export-credentials/],
    [
      'a clock that is off',
      { ...errorOf(403, 'RequestTimeTooSkewed'), headers: { date: new Date(Date.now() - dayMs).toUTCString() } },
      'store-denied',
      /Set the clock/,
    ],
    [
      'a server that is no S3',
      { status: 404, body: '<html><body>Not found</body></html>' },
      'store-unreachable',
      /endpoint/,
    ],
    ['a request it does not like', errorOf(400, 'InvalidRequest'), 'store-unreachable', /Check --store/],
  ])('of %s says so', async (_, answer, code, hint) => {
    s3().proxy.refuse = () => answer;
    const error = await failure(async () => open(s3().server.writer).check());
    expect(error.code).toBe(code);
    expect(error.hint).toMatch(hint);
  });

  it('of a server that fails for long gives up, and of one that fails for a moment nothing is seen', async () => {
    s3().proxy.refuse = () => errorOf(503, 'SlowDown');
    const error = await failure(async () => open(s3().server.writer).check());
    expect(error).toMatchObject({ code: 'store-unreachable', hint: 'Try again in a minute.' });
    let requests = 0;
    s3().proxy.refuse = () => ((requests += 1) === 1 ? errorOf(503, 'SlowDown') : undefined);
    await open(s3().server.writer).check();
    expect(requests).toBe(2);
  });

  it('of an address where nobody listens names it', async () => {
    const store = openStore({
      store: `s3://b-1?endpoint=http://127.0.0.1:${await getPort()}`,
      environment: s3().server.writer,
    });
    expect(await failure(async () => store.check())).toMatchObject({
      code: 'store-unreachable',
      message: expect.stringMatching(/^Cannot reach s3:\/\/b-1\?endpoint=.*: connection refused$/),
    });
  });

  it('of keys that are missing or are none says what to run, before anything is sent', async () => {
    const error = await failure(async () => open({ AWS_ACCESS_KEY_ID: 'AKIAWRITER' }));
    expect(error.code).toBe('bad-store');
    expect(error.hint).toContain('eval "$(aws configure export-credentials --format env)"');
    const odd = await failure(async () => open({ ...s3().server.writer, AWS_SECRET_ACCESS_KEY: 'two words' }));
    expect(odd.message).toMatch(/^Cannot read AWS_SECRET_ACCESS_KEY/);
    expect(JSON.stringify(odd)).not.toContain('two words');
  });
});

/** What it fails with; nothing of it may show a key or a signature. */
async function failure(
  act: () => Promise<unknown>,
  environment: Readonly<Record<string, string>> = s3().server.writer,
): Promise<DeployError> {
  const error = await act().then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason as Error,
  );
  const causes: string[] = [];
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    causes.push(String(one.stack), JSON.stringify(one), one instanceof Object && 'hint' in one ? String(one.hint) : '');
  }
  for (const secret of ['Signature=', environment['AWS_SECRET_ACCESS_KEY'] ?? 'none', 'AWS4-HMAC']) {
    expect(causes.join('\n').includes(secret)).toBe(false);
  }
  return error as DeployError;
}
