import { execFileSync } from 'node:child_process';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Azurite } from '../../support/stores/azurite-server.ts';
import { openStore } from '../../../src/store/open.ts';
import type { Source } from '../../../src/store/store.ts';
import { azuriteProcess } from '../../support/stores/azurite.ts';
import { inChild } from '../../support/stores/child.ts';

let folder: string;
let azurite: Azurite;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'selfsame-identity-'));
  const [cert, certKey] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const certificate = '-x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1';
  execFileSync('openssl', ['req', ...certificate.split(' '), '-out', cert, '-keyout', certKey], { stdio: 'pipe' });
  azurite = await azuriteProcess({ cert, certKey });
});
afterAll(async () => {
  await azurite.stop();
  await rm(folder, { recursive: true });
});

describe('a store opened with the identity of the Azure CLI', () => {
  it('waits for a slow CLI, asks it once, and gives pods a read-only link of seven days with a warning', async () => {
    const asked = join(folder, 'asked');
    const source = await inChild<Source & { text: string; again: string; status: number; sentBytes: number }>(
      deploying,
      {
        PATH: `${await azureCli(`echo asked >> ${asked}; sleep 5; echo '${await tokenAnswer()}'`)}:/usr/bin:/bin`,
        NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem'),
        STORE: `${azurite.url}/identity`,
      },
    );
    expect(source).toMatchObject({ sentBytes: 8, reusedBytes: 1 << 20, text: 'identity', status: 403 });
    expect(source.again).toBe(source.secret);
    expect(await readFile(asked, 'utf8')).toBe('asked\n');
    const end = new Date(source.validUntil ?? 0).getTime() - Date.now();
    expect(end).toBeGreaterThan(6.9 * 24 * 3600_000);
    expect(end).toBeLessThanOrEqual(7 * 24 * 3600_000);
    expect(source.access).toBe('read-only links to one object each, signed by your identity, for 7 days');
    expect(source.warning).toContain('deploy again before');
    const fields = new URLSearchParams(source.secret);
    expect([fields.get('sp'), fields.get('sr'), fields.get('spr')]).toEqual(['r', 'b', 'https']);
  });

  it('says that nobody is signed in, in one line and at once', async () => {
    const refused = await inChild<{ code: string; message: string; hint: string }>(deploying, {
      PATH: `${await azureCli('echo "ERROR: Please run \'az login\' to setup account." >&2; exit 1')}:/usr/bin:/bin`,
      NODE_EXTRA_CA_CERTS: join(folder, 'cert.pem'),
      STORE: `${azurite.url}/identity`,
    });
    expect(refused).toMatchObject({ code: 'store-denied', hint: expect.stringContaining('Run: az login') });
    expect(refused.message).toMatch(/^Cannot sign in to Azure: [^\n]*az login/);
  });

  it('does not trust a certificate of an unknown authority, and says where to name it', async () => {
    const refused = await inChild<{ code: string; message: string; hint: string }>(deploying, {
      PATH: `${await azureCli(`echo '${await tokenAnswer()}'`)}:/usr/bin:/bin`,
      STORE: `${azurite.url}/identity`,
    });
    expect(refused).toMatchObject({ code: 'store-unreachable', hint: expect.stringContaining('NODE_EXTRA_CA_CERTS') });
  });
});

describe('a store opened with the identity of a service principal', () => {
  it('asks the authority of the environment, and fails in one line without the secret', async () => {
    const store = openStore({
      store: 'azure://acme/apps',
      environment: {
        AZURE_TENANT_ID: '00000000-0000-0000-0000-000000000001',
        AZURE_CLIENT_ID: '00000000-0000-0000-0000-000000000002',
        AZURE_CLIENT_SECRET: 'hidden',
        AZURE_AUTHORITY_HOST: 'https://127.0.0.1:1',
      },
    });
    const failure = expect(store.check()).rejects;
    await failure.toMatchObject({
      code: 'store-denied',
      message: expect.stringMatching(/^Cannot sign in to Azure: .+$/),
    });
    await expect(store.check()).rejects.not.toThrow(/hidden/);
  });
});

/** A deploy in a process of its own: nothing is passed in but the environment. */
const deploying = `
  import { openStore } from './src/store/open.ts';
  import { artifactOf, generatedArtifact, partedArtifact } from './test/support/programs/artifact.ts';
  try {
    const store = openStore({ store: process.env.STORE, environment: process.env });
    const artifact = await artifactOf('identity');
    await store.check();
    const { sentBytes } = await store.put(artifact);
    const prefix = await generatedArtifact(1, 'runtime');
    await store.put(await partedArtifact(prefix, ['one']));
    const { reusedBytes } = await store.put(await partedArtifact(prefix, ['two']));
    const source = await store.source(artifact);
    const { secret: again } = await store.source(artifact);
    const link = source.url + '?' + source.secret;
    const text = await (await fetch(link)).text();
    const { status } = await fetch(link, { method: 'DELETE' });
    console.log(JSON.stringify({ ...source, text, again, status, sentBytes, reusedBytes }));
  } catch ({ code, message, hint }) {
    console.log(JSON.stringify({ code, message, hint }));
  }
`;

/** A folder with an `az` that answers as given. */
async function azureCli(script: string): Promise<string> {
  const bin = await mkdtemp(join(folder, 'bin-'));
  await writeFile(join(bin, 'az'), `#!/bin/sh\n${script}\n`);
  await chmod(join(bin, 'az'), 0o755);
  return bin;
}

/** What `az account get-access-token` prints. Azurite reads the token's claims and does not verify who signed them. */
async function tokenAnswer(): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: 'https://storage.azure.com',
    iss: 'https://sts.windows.net/00000000-0000-0000-0000-000000000001/',
    oid: '00000000-0000-0000-0000-000000000002',
    tid: '00000000-0000-0000-0000-000000000001',
    iat: now,
    nbf: now - 60,
    exp: now + 3600,
  };
  const encoded = [{ alg: 'none', typ: 'JWT' }, claims].map((part) =>
    Buffer.from(JSON.stringify(part)).toString('base64url'),
  );
  return JSON.stringify({ accessToken: `${encoded.join('.')}.unsigned`, expires_on: now + 3600, tokenType: 'Bearer' });
}
