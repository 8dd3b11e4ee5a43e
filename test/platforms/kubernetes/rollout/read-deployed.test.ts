import { afterEach, describe, expect, it } from '@jest/globals';
import { type Cluster, connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { deployedIn, readDeployed } from '../../../../src/platforms/kubernetes/rollout/read-deployed.ts';
import { type ApiServer, apiServer, json, refuseCall } from '../../../support/kubernetes/api-server.ts';

const { signal } = new AbortController();
const [version, other] = ['ab'.repeat(32), 'cd'.repeat(32)];
const deploymentPath = 'GET /apis/apps/v1/namespaces/mine/deployments/hello';

const labels = { 'app.kubernetes.io/managed-by': 'selfsame' };

let server: ApiServer;
let cluster: Cluster;
afterEach(async () => {
  await cluster.close();
  await server.close();
});

/** An API server that has these objects; `undefined`: it refuses to list them. */
async function serve(answers: { deployment?: object; replicasets?: object[] | undefined }): Promise<void> {
  server = await apiServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://server.test');
    if (pathname.endsWith('/deployments/hello') && answers.deployment !== undefined) {
      json(response, 200, answers.deployment);
    } else if (pathname.endsWith('/replicasets') && answers.replicasets === undefined) {
      refuseCall(response, 403, { reason: 'Forbidden', message: 'no' });
    } else if (pathname.endsWith('/replicasets')) {
      json(response, 200, { items: answers.replicasets });
    } else if (pathname.endsWith('/horizontalpodautoscalers')) {
      json(response, 200, { items: [] });
    } else {
      json(response, 404, { kind: 'Status', code: 404, reason: 'NotFound' });
    }
  });
  cluster = await connect({ kubeconfig: await server.kubeconfig(), environment: {}, signal });
}

const linked = { name: 'SELFSAME_QUERY_FILE', value: '/run/selfsame/query' };
const replicaSet = (sha: string, env: object[] = [linked]) => ({
  spec: {
    template: {
      spec: {
        containers: [
          {
            name: 'app',
            env: [
              ...env,
              { name: 'SELFSAME_SHA256_X64', value: sha },
              { name: 'SELFSAME_URL_X64', value: `https://store.test/${sha}/hello` },
            ],
          },
        ],
      },
    },
  },
});

describe('readDeployed()', () => {
  it('reads the versions of each architecture with one call, and leaves out what is none', async () => {
    const annotations = {
      'selfsame.dev/release': other,
      'selfsame.dev/version.amd64': version,
      'selfsame.dev/version.arm64': 'written by hand',
    };
    await serve({ deployment: { metadata: { annotations, labels } }, replicasets: [] });
    expect((await readDeployed(cluster, 'hello', { signal })).versions).toEqual({ amd64: version });
    expect(server.requests.filter((line) => line.includes('/deployments'))).toEqual([deploymentPath]);
  });

  it('has none where nothing runs', async () => {
    await serve({ replicasets: [] });
    expect(await readDeployed(cluster, 'hello', { signal })).toMatchObject({
      isThere: false,
      versions: {},
      scaling: { isApplied: false, isSeen: true },
      linkPlaces: [],
    });
  });

  it('has none of what someone else deployed', async () => {
    const annotations = { 'selfsame.dev/version.amd64': version };
    await serve({ deployment: { metadata: { annotations } }, replicasets: [] });
    expect(await readDeployed(cluster, 'hello', { signal })).toMatchObject({ isThere: false, versions: {} });
  });

  it('lists ReplicaSets once: where the Deployment is the same, the earlier answer holds', async () => {
    const metadata = { uid: 'u', resourceVersion: '7' };
    await serve({ deployment: { metadata }, replicasets: [replicaSet(version)] });
    const before = await readDeployed(cluster, 'hello', { signal });
    const calls = server.requests.length;
    expect(await readDeployed(cluster, 'hello', { signal, since: before })).toEqual(before);
    // An autoscaler may have come in the meantime.
    expect(server.requests.slice(calls).toSorted()).toEqual([
      deploymentPath,
      'GET /apis/autoscaling/v2/namespaces/mine/horizontalpodautoscalers?limit=500',
    ]);
  });

  it('reads all again where the Deployment has changed, or is gone', async () => {
    const deployment = { metadata: { uid: 'u', resourceVersion: '8' } };
    await serve({ deployment, replicasets: [replicaSet(version)] });
    const before = { ...deployedIn('hello', { deployment: undefined, replicaSets: [], autoscalers: [] }), deployment };
    const older = { ...before, deployment: { metadata: { uid: 'u', resourceVersion: '7' } } };
    expect((await readDeployed(cluster, 'hello', { signal, since: older })).linkPlaces).toHaveLength(1);
    expect((await readDeployed(cluster, 'hello', { signal, since: before })).linkPlaces).toHaveLength(0);
  });

  it('finds what pods fetch by a link, of every revision, and leaves out what is none', async () => {
    await serve({
      replicasets: [
        replicaSet(version),
        replicaSet('written by hand'),
        replicaSet('5'.repeat(64), []),
        replicaSet(other),
      ],
    });
    const { linkPlaces } = await readDeployed(cluster, 'hello', { signal });
    expect(linkPlaces).toEqual([
      { version, url: `https://store.test/${version}/hello` },
      { version: other, url: `https://store.test/${other}/hello` },
    ]);
    expect(server.requests).toContainEqual(
      expect.stringMatching(/^GET .*\/namespaces\/mine\/replicasets\?labelSelector=/),
    );
  });

  it('does without ReplicaSets that may not be listed', async () => {
    await serve({});
    expect((await readDeployed(cluster, 'hello', { signal })).linkPlaces).toEqual([]);
  });
});
