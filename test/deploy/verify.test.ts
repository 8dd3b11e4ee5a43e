import { afterEach, expect, it } from '@jest/globals';
import { verify } from '../../src/deploy/verify.ts';
import { connect } from '../../src/platforms/kubernetes/api/client.ts';
import { statusOf } from '../../src/platforms/kubernetes/rollout/status.ts';
import { parseDigest } from '../../src/shared/digest.ts';
import { apiServer, json, refuseCall } from '../support/kubernetes/api-server.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

const [x64, arm64] = [parseDigest('1'.repeat(64)), parseDigest('2'.repeat(64))];
const { signal } = new AbortController();

it('verify() compares what a pod was told also where nodes may not be seen', async () => {
  const cluster = await clusterThatHidesNodes({ told: arm64 });
  const status = await statusOf(cluster, 'hello-world');
  const versions = { 'linux-x64': x64, 'linux-arm64': arm64 };
  const verified = await verify({ port: 8080, pods: [], ...status, name: 'hello-world' }, versions, {
    cluster,
    signal,
  });
  expect(verified).toMatchObject([{ target: 'linux-arm64', annotation: arm64, process: arm64, isSame: true }]);
});

it('verify() tells a pod that was told something else', async () => {
  const cluster = await clusterThatHidesNodes({ told: x64 });
  const status = await statusOf(cluster, 'hello-world');
  const versions = { 'linux-x64': x64, 'linux-arm64': arm64 };
  const verified = await verify({ port: 8080, pods: [], ...status, name: 'hello-world' }, versions, {
    cluster,
    signal,
  });
  expect(verified).toMatchObject([{ target: 'linux-arm64', annotation: x64, process: arm64, isSame: false }]);
});

/** One replica that runs the arm64 version, on a cluster whose nodes are none of our business. */
async function clusterThatHidesNodes({ told }: { told: string }) {
  const labels = { 'app.kubernetes.io/managed-by': 'selfsame' };
  const annotations = { 'selfsame.dev/version.amd64': x64, 'selfsame.dev/version.arm64': told };
  const server = await apiServer((request, response) => {
    const path = request.url ?? '';
    if (path.includes('/nodes'))
      return refuseCall(response, 403, { reason: 'Forbidden', message: 'cannot list resource' });
    if (path.includes('/proxy/'))
      return json(response, 200, { name: 'hello-world', version: arm64, runner: arm64, target: 'linux-arm64' });
    if (path.includes('/deployments/'))
      return json(response, 200, { metadata: { labels, annotations }, spec: { template: {} } });
    return json(response, 200, { items: [{ metadata: { name: 'one', annotations }, spec: { nodeName: 'far' } }] });
  });
  closing.push(async () => server.close());
  const cluster = await connect({ kubeconfig: await server.kubeconfig(), environment: {}, signal });
  closing.push(async () => cluster.close());
  return cluster;
}
