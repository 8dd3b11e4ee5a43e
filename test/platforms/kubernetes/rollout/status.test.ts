import { afterEach, describe, expect, it } from '@jest/globals';
import { connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { runningVersions } from '../../../../src/platforms/kubernetes/rollout/status.ts';
import { type ApiServer, apiServer, json } from '../../../support/kubernetes/api-server.ts';

let server: ApiServer;
afterEach(async () => server.close());

/** Asks an API server that has this Deployment, or none. */
async function versionsWith(annotations?: Record<string, string>): Promise<Readonly<Record<string, string>>> {
  server = await apiServer((_request, response) => {
    if (annotations === undefined) json(response, 404, { kind: 'Status', code: 404, reason: 'NotFound' });
    else json(response, 200, { metadata: { annotations } });
  });
  const { signal } = new AbortController();
  const cluster = await connect({ kubeconfig: await server.kubeconfig(), environment: {}, signal });
  try {
    return await runningVersions(cluster, 'hello', { signal });
  } finally {
    await cluster.close();
  }
}

describe('runningVersions()', () => {
  it('reads the versions of each architecture with one call, and leaves out what is none', async () => {
    const version = 'ab'.repeat(32);
    const versions = await versionsWith({
      'selfsame.dev/release': 'cd'.repeat(32),
      'selfsame.dev/version.amd64': version,
      'selfsame.dev/version.arm64': 'written by hand',
    });
    expect(versions).toEqual({ amd64: version });
    expect(server.requests).toEqual(['GET /apis/apps/v1/namespaces/mine/deployments/hello']);
  });

  it('has none where nothing runs', async () => {
    expect(await versionsWith()).toEqual({});
  });
});
