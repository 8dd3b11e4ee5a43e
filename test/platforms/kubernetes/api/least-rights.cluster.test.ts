import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { apply } from '../../../../src/platforms/kubernetes/apply/apply.ts';
import { type Cluster, connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { manifestFor } from '../../../../src/platforms/kubernetes/manifest/manifest.ts';
import type { ManifestIntent } from '../../../../src/platforms/kubernetes/manifest/intent.ts';
import { listNodes } from '../../../../src/platforms/kubernetes/pods/nodes.ts';
import { podsGone, remove } from '../../../../src/platforms/kubernetes/apply/remove.ts';
import { watchRollout } from '../../../../src/platforms/kubernetes/rollout/rollout.ts';
import { statusOf } from '../../../../src/platforms/kubernetes/rollout/status.ts';
import { parseDigest } from '../../../../src/shared/digest.ts';
import { type Account, accountWith, deployRules } from '../../../support/cluster/account.ts';
import { loadServerImage, serverImage, testCluster, type TestCluster } from '../../../support/cluster/cluster.ts';
import { testIntent } from '../../../support/kubernetes/intent.ts';

let test: TestCluster;
let cluster: Cluster;
let account: Account;
const { signal } = new AbortController();
const name = 'modest';

beforeAll(async () => {
  test = await testCluster('rights');
  await loadServerImage();
  account = await accountWith(deployRules(name), test);
  cluster = await connect({ kubeconfig: account.kubeconfig, namespace: test.namespace, environment: {}, signal });
}, 180_000);
afterAll(async () => {
  await cluster?.close();
  await account?.remove();
  await test?.close();
});

describe('an account with rights in one namespace only', () => {
  it('deploys, sees what runs, and deletes it', async () => {
    const wanted = intent();
    await apply(cluster, manifestFor(wanted));
    const outcome = await watchRollout(cluster, { name, release: wanted.release, timeoutMs: 60_000, signal });
    expect(outcome).toMatchObject({ kind: 'ready', progress: { ready: 1 } });
    expect(await listNodes(cluster)).toBeUndefined();
    const status = await statusOf(cluster, name);
    expect(status).toMatchObject({ wanted: 1, ready: 1, pods: [{ isReady: true }] });
    expect(status?.pods[0]).not.toHaveProperty('arch');
    expect(await remove(cluster, name, { signal })).toHaveLength(2);
    expect(await podsGone(cluster, name, { signal })).toEqual([]);
  });

  it('is told that no node fits, though it may not look at nodes', async () => {
    const wanted = intent();
    await apply(cluster, manifestFor({ ...wanted, nodeSelector: { pool: 'none' } }));
    const { promise: isTold, resolve } = Promise.withResolvers<string>();
    const outcome = watchRollout(cluster, {
      name,
      release: wanted.release,
      timeoutMs: 90_000,
      signal,
      onProgress: ({ diagnosis }) => diagnosis && resolve(diagnosis.cause),
    });
    expect(await Promise.race([isTold, outcome])).toBe('unschedulable');
    await apply(cluster, manifestFor(wanted));
    expect(await outcome).toMatchObject({ kind: 'ready', progress: { ready: 1 } });
    await remove(cluster, name, { signal });
    expect(await podsGone(cluster, name, { signal })).toEqual([]);
  });

  it('is told which right it lacks elsewhere', async () => {
    await expect(apply(cluster, manifestFor({ ...intent(), namespace: 'default' }))).rejects.toMatchObject({
      code: 'cluster-denied',
      message: expect.stringMatching(
        /^Not allowed on https:.*modest" cannot get resource "\w+" in API group ".*" in the namespace "default"$/,
      ),
      hint: 'Ask for that right (self rbac prints a Role with all that are needed), or pass another --context or --namespace.',
    });
  });
});

function intent(): ManifestIntent {
  const release = parseDigest(randomBytes(32).toString('hex'));
  return testIntent({ name, namespace: test.namespace, runnerImage: serverImage, release, replicas: 1 });
}
