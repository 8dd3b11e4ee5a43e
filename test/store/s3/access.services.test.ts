import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { Source, UrlPlace } from '../../../src/store/store.ts';
import { artifactOf } from '../../support/programs/artifact.ts';
import { application, here, place, startRunner } from '../../support/runner/runner.ts';
import { proxiedS3ForFile } from '../../support/stores/proxied-s3.ts';

const dayMs = 24 * 60 * 60 * 1000;

const s3 = proxiedS3ForFile('access');

const open = (environment: Record<string, string>, bucket = 'access', storeUrl?: string) =>
  s3().open(bucket, environment, storeUrl);
const linkOf = ({ url, secret }: Source<UrlPlace>) => `${url}?${secret}`;

describe('source()', () => {
  it('gives a link that reads one object, whole or in part, and nothing else', async () => {
    const [store, one, other] = [
      open(s3().server.writer),
      await artifactOf('what pods read'),
      await artifactOf('other'),
    ];
    await store.put(one);
    await store.put(other);
    const source = await store.source(one);
    expect(await (await fetch(linkOf(source))).text()).toBe('what pods read');
    const part = await fetch(linkOf(source), { headers: { range: 'bytes=5-8' } });
    expect([part.status, await part.text()]).toEqual([206, 'pods']);
    const put = await fetch(linkOf(source), { method: 'PUT', body: 'x' });
    const elsewhere = await fetch(linkOf({ ...source, ...(await store.placeOf(other)) }));
    const list = await fetch(`http://127.0.0.1:${s3().proxy.port}/access?list-type=2&${source.secret}`);
    expect([put.status, elsewhere.status, list.status]).toEqual([403, 403, 403]);
    await expect(store.revoke?.()).rejects.toMatchObject({
      code: 'not-revocable',
      hint: expect.stringMatching(/^Deactivate that key/),
    });
  });

  it('says when the link ends: after seven days, or with the session', async () => {
    const artifact = await artifactOf('ends');
    const { validUntil, warning } = await open(s3().server.writer).source(artifact);
    const days = ((validUntil?.getTime() ?? 0) - Date.now()) / dayMs;
    expect(days).toBeGreaterThan(6.9);
    expect(days).toBeLessThanOrEqual(7);
    expect(warning).toBe(
      `Pods that start after ${validUntil?.toISOString()} cannot fetch the executable: deploy again before`,
    );
    const session = { ...s3().server.writer, AWS_SESSION_TOKEN: 'token-of-a-session' };
    const unsaid = await open(session).source(artifact);
    expect(new URLSearchParams(unsaid.secret).get('X-Amz-Security-Token')).toBe('token-of-a-session');
    expect(unsaid.warning).toMatch(/^Pods that start after your AWS session has ended cannot fetch/);
    const end = new Date(Date.now() + 3600_000);
    const said = await open({ ...session, AWS_CREDENTIAL_EXPIRATION: end.toISOString() }).source(artifact);
    expect(said.validUntil).toEqual(end);
  });

  it('gives no secret where reading is public', async () => {
    const store = open(s3().server.writer, 'access', 'https://files.example.test/access/');
    const artifact = await artifactOf('public');
    expect(await store.source(artifact)).toEqual({
      kind: 'url',
      url: `https://files.example.test/access/${artifact.version}/hello-world`,
      access: 'public at https://files.example.test/access',
    });
    expect(await store.accessOf(undefined)).toEqual({ access: 'public address' });
  });
});

it('accessOf() tells of a link that was handed out earlier, without asking anybody', async () => {
  const store = open(s3().server.writer);
  const { secret, validUntil } = await store.source(await artifactOf('earlier'));
  s3().proxy.seen.length = 0;
  expect(await store.accessOf(secret)).toEqual({
    access: 'read-only link',
    validUntil,
    warning: expect.stringContaining('deploy again before'),
  });
  expect(s3().proxy.seen).toEqual([]);
});

it('run.sh reads with the link of the version that it wants, and asks for the tail alone', async () => {
  const store = open(s3().server.writer);
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
  s3().proxy.seen.length = 0;
  const end = await startRunner(at);
  expect(end).toMatchObject({ status: 0, ran: expect.stringContaining(`SELFSAME_RUNNER_SHA256=${artifact.version}`) });
  expect(s3().proxy.seen.map(({ headers }) => headers.range)).toEqual(['bytes=1000-']);
  expect(end.output + end.ran).not.toContain(secret);
});
