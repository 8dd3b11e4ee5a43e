import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parsePrices } from '../../src/deploy/plan/prices.ts';
import { credentialsOf } from '../../src/platforms/kubernetes/api/credentials.ts';
import { runPlugin } from '../../src/platforms/kubernetes/api/exec-credential.ts';
import { contextsIn, findAccess } from '../../src/platforms/kubernetes/api/kubeconfig.ts';
import { kubeconfigIn } from '../../src/platforms/kubernetes/api/kubeconfig-file.ts';
import { DeployError } from '../../src/shared/errors.ts';
import { mutated, mutations } from '../support/fuzz/mutations.ts';
import { itHolds } from '../support/fuzz/property.ts';
import { kubeconfigOf } from '../support/kubernetes/api-server.ts';

const folder = mkdtempSync(join(tmpdir(), 'selfsame-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const secret = 'this-is-secret';
const users: readonly object[] = [
  { token: secret },
  { username: 'me', password: secret, as: 'you' },
  { 'client-certificate-data': btoa(secret), 'client-key-data': btoa(secret) },
  { 'auth-provider': { name: 'gcp', config: { 'access-token': secret } } },
  { 'auth-provider': { name: 'oidc', config: { 'id-token': secret } } },
  { exec: { command: '/bin/true', args: [secret], env: [{ name: 'A', value: secret }], interactiveMode: 'Never' } },
];
const clusters: readonly object[] = [
  { server: 'https://a.test:6443', 'certificate-authority-data': btoa('x') },
  { server: 'http://a.test', 'insecure-skip-tls-verify': true, 'tls-server-name': 'b', 'proxy-url': 'http://c.test' },
];
const signal = new AbortController().signal;

itHolds(
  'a kubeconfig of anything says how to sign in, or is refused without its secrets',
  fc.record({ user: fc.constantFrom(...users), cluster: fc.constantFrom(...clusters), changes: mutations }),
  {
    runs: 600,
    async check({ user, cluster, changes }) {
      const kubeconfig = write(JSON.stringify(mutated(kubeconfigOf(cluster, user), changes)) ?? '');
      await refusedOr(['kubeconfig-unusable', 'cluster-denied'], async () => {
        contextsIn({ kubeconfig, environment: {} });
        const access = findAccess({ kubeconfig, environment: {} });
        const credentials = await credentialsOf(access, { environment: {}, signal });
        // A plugin is a process, looked at below; an auth provider asks others.
        if (access.user.exec || access.user.authProvider) return;
        const { headers } = await credentials.current();
        for (const value of Object.values(headers)) expect(typeof value).toBe('string');
      });
    },
  },
);

itHolds('a kubeconfig of any text is read or refused', fc.oneof(fc.string(), fc.json()), {
  runs: 500,
  async check(content) {
    await refusedOr(['kubeconfig-unusable'], () => findAccess({ kubeconfig: write(content), environment: {} }));
  },
});

const answer = { status: { token: secret, expirationTimestamp: '2026-01-01T00:00:00Z', clientKeyData: secret } };

itHolds('a plugin that answers anything gives a credential, or is refused without its secrets', mutations, {
  runs: 60,
  async check(changes) {
    const said = write(JSON.stringify(mutated(answer, changes)) ?? '');
    const cluster = { name: 'a', server: 'https://a.test', skipTLSVerify: false };
    const exec = { command: '/bin/cat', args: [said], interactiveMode: 'Never' as const };
    await refusedOr(['cluster-denied'], async () => {
      const given = await runPlugin(exec, { cluster, environment: {}, signal });
      expect(['string', 'undefined']).toContain(typeof given.token);
    });
  },
});

itHolds('prices of anything are numbers, or refused', mutations, {
  runs: 500,
  async check(changes) {
    const given = mutated({ cpuHour: 1, memoryGibHour: 2, currency: 'EUR', source: 'here' }, changes);
    await refusedOr(['bad-usage'], () => {
      const { cpuHour, memoryGibHour } = parsePrices(JSON.stringify(given) ?? '', 'prices');
      expect([cpuHour, memoryGibHour].every(Number.isFinite)).toBe(true);
    });
  },
});

it('a kubeconfig without an end is left', () => {
  expect(() => kubeconfigIn('/dev/zero', { required: true })).toThrow(
    'Cannot read the kubeconfig /dev/zero: it is larger than 16 MiB',
  );
});

it('a plugin that does not stop to answer is ended', async () => {
  const exec = { command: '/bin/cat', args: ['/dev/zero'], interactiveMode: 'Never' as const };
  const cluster = { name: 'a', server: 'https://a.test', skipTLSVerify: false };
  await expect(runPlugin(exec, { cluster, environment: {}, signal })).rejects.toMatchObject({
    code: 'cluster-denied',
    message: 'Cannot sign in with the credential plugin "/bin/cat": of its answer, it is larger than 1 MiB',
  });
});

function write(content: string): string {
  const file = join(folder, 'given');
  writeFileSync(file, content);
  return file;
}

async function refusedOr(codes: readonly string[], read: () => unknown): Promise<void> {
  try {
    await read();
  } catch (error) {
    if (!(error instanceof DeployError) || !codes.includes(error.code)) throw error;
    expect(error.message + error.hint).not.toContain(secret);
  }
}
