import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import getPort from 'get-port';
import type { DeployError } from '../../../src/shared/errors.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Source, UrlPlace } from '../../../src/store/store.ts';
import { artifactOf } from '../../support/programs/artifact.ts';
import { makeBucket } from '../../support/stores/bucket.ts';
import { application, here, place, startRunner } from '../../support/runner/runner.ts';
import { s3Server, type S3Server } from '../../support/stores/seaweed.ts';
import { meddlingProxy, type MeddlingProxy } from '../../support/stores/meddling-proxy.ts';

const dayMs = 24 * 60 * 60 * 1000;

let server: S3Server;
let proxy: MeddlingProxy;
beforeAll(async () => {
  server = await s3Server();
  proxy = await meddlingProxy(server.port);
  await makeBucket(server, 'access');
  // The first time the server has to be installed.
}, 300_000);
afterEach(() => {
  proxy.refuse = undefined;
});
afterAll(async () => {
  await proxy.close();
  await server.stop();
});

const open = (environment: Record<string, string>, bucket = 'access', storeUrl?: string) =>
  openStore({ store: `s3://${bucket}?endpoint=http://127.0.0.1:${proxy.port}`, storeUrl, environment });
const linkOf = ({ url, secret }: Source<UrlPlace>) => `${url}?${secret}`;

describe('source()', () => {
  it('gives a link that reads one object, whole or in part, and nothing else', async () => {
    const [store, one, other] = [open(server.writer), await artifactOf('what pods read'), await artifactOf('other')];
    await store.put(one);
    await store.put(other);
    const source = await store.source(one);
    expect(source.opensOne).toBe(true);
    expect(await (await fetch(linkOf(source))).text()).toBe('what pods read');
    const part = await fetch(linkOf(source), { headers: { range: 'bytes=5-8' } });
    expect([part.status, await part.text()]).toEqual([206, 'pods']);
    const put = await fetch(linkOf(source), { method: 'PUT', body: 'x' });
    const elsewhere = await fetch(linkOf({ ...source, ...(await store.placeOf(other)) }));
    const list = await fetch(`http://127.0.0.1:${proxy.port}/access?list-type=2&${source.secret}`);
    expect([put.status, elsewhere.status, list.status]).toEqual([403, 403, 403]);
  });

  it('says when the link ends: after seven days, or with the session', async () => {
    const artifact = await artifactOf('ends');
    const { validUntil, warning } = await open(server.writer).source(artifact);
    const days = ((validUntil?.getTime() ?? 0) - Date.now()) / dayMs;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThanOrEqual(7);
    expect(warning).toBe(
      `Pods that start after ${validUntil?.toISOString()} cannot fetch the executable: deploy again before`,
    );
    const session = { ...server.writer, AWS_SESSION_TOKEN: 'token-of-a-session' };
    const unsaid = await open(session).source(artifact);
    expect(new URLSearchParams(unsaid.secret).get('X-Amz-Security-Token')).toBe('token-of-a-session');
    expect(unsaid.warning).toMatch(/^Pods that start after your AWS session has ended cannot fetch/);
    const end = new Date(Date.now() + 3600_000);
    const said = await open({ ...session, AWS_CREDENTIAL_EXPIRATION: end.toISOString() }).source(artifact);
    expect(said.validUntil).toEqual(end);
  });

  it('gives no secret where reading is public', async () => {
    const store = open(server.writer, 'access', 'https://files.example.test/access/');
    const artifact = await artifactOf('public');
    expect(await store.source(artifact)).toEqual({
      kind: 'url',
      url: `https://files.example.test/access/${artifact.version}/hello-world`,
      access: 'public at https://files.example.test/access',
    });
    expect(await store.accessOf(undefined)).toEqual({ access: 'public' });
  });
});

it('accessOf() tells of a link that was handed out earlier, without asking anybody', async () => {
  const store = open(server.writer);
  const { secret, validUntil } = await store.source(await artifactOf('earlier'));
  proxy.seen.length = 0;
  expect(await store.accessOf(secret)).toEqual({
    access: 'read-only link',
    validUntil,
    warning: expect.stringContaining('deploy again before'),
  });
  expect(proxy.seen).toEqual([]);
});

it('run.sh reads with the link of the version that it wants, and asks for the tail alone', async () => {
  const store = open(server.writer);
  const artifact = await artifactOf(application, 'app');
  await store.put(artifact);
  const { url, secret = '' } = await store.source(artifact);
  await using at = await place(url);
  const home = join(at.dir, '..');
  const prefix = application.subarray(0, 1000);
  const digest = createHash('sha256').update(prefix).digest('hex');
  await mkdir(join(home, 'prefixes'));
  await writeFile(join(home, 'prefixes', digest), prefix);
  await writeFile(join(home, 'query'), 'X-Amz-Signature=of-another-version');
  await writeFile(join(home, `query.${artifact.version}`), secret);
  Object.assign(at.environment, {
    SELFSAME_QUERY_FILE: join(home, 'query'),
    SELFSAME_PREFIX_DIR: join(home, 'prefixes'),
    [`SELFSAME_PREFIX_SHA256_${here}`]: digest,
    [`SELFSAME_PREFIX_SIZE_${here}`]: '1000',
  });
  proxy.seen.length = 0;
  const end = await startRunner(at);
  expect(end).toMatchObject({ status: 0, ran: expect.stringContaining(`SELFSAME_RUNNER_SHA256=${artifact.version}`) });
  expect(proxy.seen.map(({ headers }) => headers.range)).toEqual(['bytes=1000-']);
  expect(end.output + end.ran).not.toContain(secret);
});

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
    const environment = { ...server.writer, ...changes };
    const error = await failure(async () => open(environment).check(), environment);
    expect(error).toMatchObject({ code: 'store-denied', message: expect.stringMatching(message) });
    expect(error.hint).toMatch(hint);
  });

  it('of who may read only names the rights that are missing, when it writes', async () => {
    const store = open(server.reader);
    await store.check();
    const artifact = await artifactOf('not allowed');
    const error = await failure(async () => store.put(artifact), server.reader);
    expect(error).toMatchObject({ code: 'store-denied', message: expect.stringContaining('(403 AccessDenied)') });
    expect(error.hint).toContain('PutObject');
    expect(await store.has(artifact)).toBe(false);
  });

  it('of a bucket that is not there says how to make it', async () => {
    const error = await failure(async () => open(server.writer, 'nowhere').check());
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
    proxy.refuse = () => answer;
    const error = await failure(async () => open(server.writer).check());
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
    proxy.refuse = () => answer;
    const error = await failure(async () => open(server.writer).check());
    expect(error.code).toBe(code);
    expect(error.hint).toMatch(hint);
  });

  it('of a server that fails for long gives up, and of one that fails for a moment nothing is seen', async () => {
    proxy.refuse = () => errorOf(503, 'SlowDown');
    const error = await failure(async () => open(server.writer).check());
    expect(error).toMatchObject({ code: 'store-unreachable', hint: 'Try again in a minute.' });
    let requests = 0;
    proxy.refuse = () => ((requests += 1) === 1 ? errorOf(503, 'SlowDown') : undefined);
    await open(server.writer).check();
    expect(requests).toBe(2);
  });

  it('of an address where nobody listens names it', async () => {
    const store = openStore({
      store: `s3://b-1?endpoint=http://127.0.0.1:${await getPort()}`,
      environment: server.writer,
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
    const odd = await failure(async () => open({ ...server.writer, AWS_SECRET_ACCESS_KEY: 'two words' }));
    expect(odd.message).toMatch(/^Cannot read AWS_SECRET_ACCESS_KEY/);
    expect(JSON.stringify(odd)).not.toContain('two words');
  });
});

/** What it fails with; nothing of it may show a key or a signature. */
async function failure(
  act: () => Promise<unknown>,
  environment: Readonly<Record<string, string>> = server.writer,
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
