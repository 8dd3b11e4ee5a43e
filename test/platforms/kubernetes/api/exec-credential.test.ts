import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { type ApiServer, json, refuseCall } from '../../../support/kubernetes/api-server.ts';
import { clientFixture } from '../../../support/kubernetes/client-fixture.ts';

const { start, open } = clientFixture();

describe('credential plugin', () => {
  it('runs once for five calls at once, and once more after a 401', async () => {
    const server = await start((request, response) => {
      const isGood = request.headers.authorization === 'Bearer token-2' || server.requests.length < 6;
      if (isGood) json(response, 200, { as: request.headers.authorization });
      else refuseCall(response, 401, { reason: 'Unauthorized', message: 'Unauthorized' });
    });
    const { user, runs } = await plugin(server, `echo '{"status":{"token":"token-'$count'"}}'`);
    const cluster = await open(await server.kubeconfig(user));
    const answers = await Promise.all([1, 2, 3, 4, 5].map(async () => cluster.request('GET', '/api')));
    expect(answers).toEqual(Array.from({ length: 5 }, () => ({ as: 'Bearer token-1' })));
    expect(await runs()).toHaveLength(1);
    expect(await cluster.request('GET', '/api')).toEqual({ as: 'Bearer token-2' });
    expect(await runs()).toHaveLength(2);
  });

  it('is told about the cluster, and asked again when its token has expired', async () => {
    const server = await start((_request, response) => json(response, 200, {}));
    const { user, runs } = await plugin(
      server,
      `echo '{"status":{"token":"t","expirationTimestamp":"2020-01-01T00:00:00Z"}}'`,
    );
    const cluster = await open(await server.kubeconfig(user));
    await cluster.request('GET', '/api');
    const told = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      spec: { interactive: false, cluster: { server: server.url } },
    };
    expect((await runs()).map((line) => JSON.parse(line) as unknown)).toEqual([told, told]);
  });

  it.each([
    ['fails', 'exit 3', {}, 'cluster-denied', /plugin": it ended with status 3$/],
    ['answers nonsense', 'echo secret-nonsense', {}, 'cluster-denied', /plugin": its answer is not JSON$/],
    ['gives nothing', `echo '{}'`, {}, 'cluster-denied', /plugin": its answer holds no credential$/],
    ['hangs', 'exec sleep 60', { pluginTimeoutMs: 200 }, 'cluster-denied', /plugin": no answer in 0.2 s$/],
  ])('that %s is told in one line', async (_case, script, options, code, message) => {
    const server = await start(() => undefined);
    const { user } = await plugin(server, script);
    await expect(open(await server.kubeconfig(user), options)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('that is not installed says how to install it', async () => {
    const server = await start(() => undefined);
    const exec = { command: 'no-such-plugin', installHint: 'Get it\n  from there.' };
    // A folder of PATH that may not be read would make it EACCES.
    const environment = { PATH: '/usr/bin:/bin' };
    await expect(open(await server.kubeconfig({ exec }), { environment })).rejects.toMatchObject({
      code: 'kubeconfig-unusable',
      message: 'Cannot start the credential plugin "no-such-plugin": ENOENT',
      hint: 'Get it from there.',
    });
  });
});

/** A plugin that keeps what it was told, a line a run. */
async function plugin(server: ApiServer, script: string): Promise<{ user: object; runs: () => Promise<string[]> }> {
  const told = await server.file('told');
  const body = `#!/bin/sh\nprintf '%s\\n' "$KUBERNETES_EXEC_INFO" >>${told}\ncount=$(($(wc -l <${told})))\n${script}\n`;
  const command = await server.file('plugin', body, 0o700);
  return {
    user: { exec: { command, interactiveMode: 'Never', provideClusterInfo: true } },
    runs: async () => (await readFile(told, 'utf8')).split('\n').filter(Boolean),
  };
}
