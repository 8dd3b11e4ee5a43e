import { afterEach, describe, expect, it } from '@jest/globals';
import { collectStored, unneededOf } from '../../src/deploy/store-garbage.ts';
import { connect } from '../../src/platforms/kubernetes/api/client.ts';
import { versionsInUse } from '../../src/platforms/kubernetes/cluster-store/versions-in-use.ts';
import { type Digest, parseDigest } from '../../src/shared/digest.ts';
import { DeployError } from '../../src/shared/errors.ts';
import { openStore } from '../../src/store/open.ts';
import type { StoredArtifact } from '../../src/store/store.ts';
import { apiServer, json, refuseCall, type ApiServer } from '../support/kubernetes/api-server.ts';

const digest = (digit: string): Digest => parseDigest(digit.repeat(64));

describe('unneededOf()', () => {
  const stored = (digit: string, day: number, more: Partial<StoredArtifact> = {}): StoredArtifact => ({
    version: digest(digit),
    name: 'hello',
    target: 'linux-x64',
    sizeBytes: 1,
    storedAt: new Date(Date.UTC(2026, 0, day)),
    ...more,
  });
  const known = { name: 'hello', used: new Set<string>(), before: new Date(Date.UTC(2026, 0, 20)), keep: 0 };
  const versions = (artifacts: readonly StoredArtifact[]): string[] =>
    artifacts.map(({ version }) => version.slice(0, 1));

  it('never is what something refers to, what is young, what another application stored, or who knows who', () => {
    const { target: _target, ...untargeted } = stored('3', 3);
    const all = [stored('1', 1), stored('2', 2, { name: 'other' }), untargeted, stored('4', 20), stored('5', 5)];
    expect(versions(unneededOf(all, { ...known, used: new Set([digest('5')]) }))).toEqual(['1']);
  });

  it('leaves the newest of each target besides those in use', () => {
    const arm = { target: 'linux-arm64' } as const;
    const all = [
      stored('1', 1),
      stored('2', 2),
      stored('3', 3),
      stored('4', 4),
      stored('a', 1, arm),
      stored('b', 2, arm),
      stored('c', 3, arm),
    ];
    const used = new Set([digest('4'), digest('b')]);
    expect(versions(unneededOf(all, { ...known, used, keep: 1 })).toSorted()).toEqual(['1', '2', 'a']);
    expect(unneededOf(all, { ...known, used, keep: 5 })).toEqual([]);
  });
});

let server: ApiServer;
afterEach(async () => server?.close());
const { signal } = new AbortController();

describe('collectStored()', () => {
  it('says what it takes to delete where these credentials may not', async () => {
    server = await apiServer((_request, response) => json(response, 200, { items: [] }));
    const cluster = await connect({ kubeconfig: await server.kubeconfig(), environment: {}, signal });
    const refused = new DeployError('store-denied', 'No', { hint: 'Ask for what a deploy needs.' });
    const store = {
      ...openStore({ store: 'file:///none', environment: {} }),
      removeUnused: () => Promise.reject(refused),
    };
    const artifacts = [{ version: digest('1'), name: 'hello', sizeBytes: 1, storedAt: new Date(0) }];
    const collecting = collectStored({ artifacts }, { name: 'hello', keep: 0, minAgeMs: 0, cluster, store, signal });
    await expect(collecting).rejects.toMatchObject({
      code: 'store-denied',
      message: 'file:///none does not let these credentials delete',
      hint: expect.stringContaining('a SAS with the permission d'),
    });
    await cluster.close();
  });
});

describe('versionsInUse()', () => {
  const template = (digit: string) => ({ metadata: { annotations: { 'selfsame.dev/version.amd64': digest(digit) } } });
  const answers: Record<string, unknown> = {
    '/apis/apps/v1/namespaces/mine/deployments': [{ metadata: {}, spec: { template: template('1') } }],
    '/apis/apps/v1/namespaces/mine/replicasets': [{ spec: { template: template('2') } }],
    '/api/v1/namespaces/mine/pods': [template('3')],
    '/apis/apps/v1/namespaces/theirs/deployments': [{ metadata: {}, spec: { template: template('4') } }],
    '/apis/apps/v1/namespaces/theirs/replicasets': [],
    '/api/v1/namespaces/theirs/pods': [],
    '/api/v1/namespaces': ['mine', 'theirs', 'closed'].map((name) => ({ metadata: { name } })),
  };
  const look = async (allows: (path: string) => boolean) => {
    server = await apiServer((request, response) => {
      const [path = ''] = request.url?.split('?') ?? [];
      const items = answers[path];
      if (items === undefined || !allows(path))
        refuseCall(response, 403, { reason: 'Forbidden', message: 'User "me" cannot list resource' });
      else json(response, 200, { items });
    });
    const cluster = await connect({ kubeconfig: await server.kubeconfig(), environment: {}, signal });
    try {
      return await versionsInUse(cluster, { signal });
    } finally {
      await cluster.close();
    }
  };

  it('looks into every namespace that it may, and tells which it may not', async () => {
    const { versions, seen, unseen } = await look(() => true);
    expect([...versions].toSorted()).toEqual(['1', '2', '3', '4'].map(digest));
    expect({ seen, unseen }).toEqual({ seen: ['mine', 'theirs'], unseen: ['closed'] });
    expect(server.requests[0]).toContain('labelSelector=app.kubernetes.io%2Fmanaged-by%3Dselfsame');
  });

  it('makes do with its own where namespaces may not be listed, and not with less', async () => {
    const { versions, seen } = await look((path) => path.includes('/mine/'));
    expect([versions.size, seen]).toEqual([3, ['mine']]);
    await server.close();
    await expect(look((path) => !path.endsWith('/replicasets'))).rejects.toMatchObject({ code: 'cluster-denied' });
  });
});
