import { createServer } from 'node:net';
import { readFile } from 'node:fs/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Cluster, connect, type ConnectOptions } from '../../../../src/platforms/kubernetes/api/client.ts';
import { type ApiServer, apiServer, json, listen, refuseCall } from '../../../support/kubernetes/api-server.ts';

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

describe('connect()', () => {
  it('speaks with a plain http:// server, and sends the token', async () => {
    const server = await start((request, response) => json(response, 200, { said: request.headers.authorization }));
    const cluster = await open(await server.kubeconfig({ token: 'abc\n' }));
    expect(cluster).toMatchObject({ server: server.url, context: 'test', namespace: 'mine', version: 'v1.34.0' });
    expect(await cluster.request('GET', '/api', { query: { a: 1, none: undefined } })).toEqual({ said: 'Bearer abc' });
    expect(server.requests).toEqual(['GET /api?a=1']);
  });

  it('says that nobody listens', async () => {
    const free = createServer();
    const port = await listen(free);
    free.close();
    const server = await start(() => undefined);
    const kubeconfig = await server.kubeconfig({}, { server: `https://127.0.0.1:${port}` });
    await expect(open(kubeconfig)).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: `Cannot reach the cluster at https://127.0.0.1:${port}: connection refused`,
    });
  });

  it('says that a name is unknown, a server speaks no TLS, and an address is none', async () => {
    const server = await start(() => undefined);
    await expect(open(await server.kubeconfig({}, { server: 'https://nowhere.invalid' }))).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringMatching(
        /^Cannot reach the cluster at https:\/\/nowhere\.invalid: (no such host|the name server does not answer)$/,
      ),
    });
    await expect(
      open(await server.kubeconfig({}, { server: server.url.replace('http:', 'https:') })),
    ).rejects.toMatchObject({
      code: 'cluster-unreachable',
      message: expect.stringMatching(/: it does not speak TLS$/),
    });
    await expect(open(await server.kubeconfig({}, { server: 'nonsense' }))).rejects.toMatchObject({
      code: 'kubeconfig-unusable',
    });
  });

  it('names the certificate file that is missing', async () => {
    const server = await start(() => undefined);
    await expect(open(await server.kubeconfig({ 'client-certificate': '/nowhere.pem' }))).rejects.toMatchObject({
      code: 'kubeconfig-unusable',
      message: 'Cannot read /nowhere.pem, which the kubeconfig names: ENOENT',
    });
  });

  it('waits for a change that is on its way when the signal ends it, and breaks off a question', async () => {
    let end = new AbortController();
    const server = await start((request, response) => {
      end.abort(new Error('Enough'));
      if (request.method === 'PATCH') json(response, 200, { done: true });
    });
    const cluster = await open(await server.kubeconfig());
    const change = async () => cluster.request('PATCH', '/api', { body: {}, signal: end.signal });
    expect(await change()).toEqual({ done: true });
    await expect(change()).rejects.toThrow('Enough');
    end = new AbortController();
    await expect(cluster.request('GET', '/api', { signal: end.signal })).rejects.toThrow('Enough');
  });

  it('gives up connecting when that is ended, and not what comes after', async () => {
    const server = await start((_request, response) => json(response, 200, {}));
    const kubeconfig = await server.kubeconfig();
    const connecting = new AbortController();
    const options = {
      kubeconfig,
      environment: {},
      signal: new AbortController().signal,
      connecting: connecting.signal,
    };
    const cluster = await connect(options);
    connecting.abort(new Error('Enough'));
    expect(await cluster.request('GET', '/api')).toEqual({});
    await cluster.close();
    await expect(connect(options)).rejects.toThrow('Enough');
  });

  it('ends what is under way when the signal does', async () => {
    const server = await start(() => undefined);
    const stop = new AbortController();
    const cluster = await open(await server.kubeconfig(), { signal: stop.signal });
    const asked = cluster.request('GET', '/slow');
    stop.abort(new Error('enough'));
    await expect(asked).rejects.toThrow('enough');
  });
});

describe('request()', () => {
  it.each([
    [
      401,
      'Unauthorized',
      'Unauthorized',
      'cluster-denied',
      /^Cannot sign in to .*: it does not accept the credentials of the context "test"$/,
    ],
    [
      403,
      'Forbidden',
      'pods is forbidden: User "me" cannot list resource "pods"',
      'cluster-denied',
      /^Not allowed on .*: pods is forbidden: User "me" cannot list/,
    ],
    [
      403,
      'Forbidden',
      'pods "a" is forbidden: exceeded quota: few',
      'cluster-refused',
      /^Refused by .*: pods "a" is forbidden: exceeded quota: few$/,
    ],
    [422, 'Invalid', 'Service "A" is\ninvalid', 'cluster-refused', /^Refused by .*: Service "A" is invalid$/],
  ])('turns %i %s into one line', async (status, reason, message, code, said) => {
    const server = await start((_request, response) => refuseCall(response, status, { reason, message }));
    const cluster = await open(await server.kubeconfig());
    await expect(cluster.request('GET', '/api')).rejects.toMatchObject({ code, message: expect.stringMatching(said) });
  });

  it('tells which namespace to create', async () => {
    const server = await start((_request, response) =>
      refuseCall(response, 404, { reason: 'NotFound', message: 'namespaces "mine" not found' }),
    );
    const cluster = await open(await server.kubeconfig());
    await expect(cluster.request('PATCH', '/api')).rejects.toMatchObject({
      hint: 'Create it (kubectl create namespace mine), or pass another --namespace.',
    });
    expect(await cluster.find('/api')).toBeUndefined();
  });

  it('asks again when the server is busy, or closed the connection', async () => {
    let asked = 0;
    const server = await start((request, response) => {
      asked += 1;
      if (asked === 1) request.socket.destroy();
      else if (asked === 2) {
        response.setHeader('retry-after', '0');
        refuseCall(response, 429, { reason: 'TooManyRequests', message: 'later' });
      } else json(response, 200, { asked });
    });
    const cluster = await open(await server.kubeconfig());
    expect(await cluster.request('GET', '/api')).toEqual({ asked: 3 });
  });

  it('asks again while the cluster is away, and says so once', async () => {
    let asked = 0;
    const server = await start((_request, response) => {
      asked += 1;
      if (asked === 1) refuseCall(response, 500, { reason: '', message: 'etcdserver: request timed out' });
      else if (asked === 2) refuseCall(response, 503, { reason: '', message: '' });
      else json(response, 200, { asked });
    });
    const { signal } = new AbortController();
    const told: (string | undefined)[] = [];
    const ended = new AbortController();
    const cluster = await connect({
      kubeconfig: await server.kubeconfig(),
      environment: {},
      signal,
      connecting: ended.signal,
      onTrouble: (trouble) => told.push(trouble?.error.message),
    });
    closing.push(async () => cluster.close());
    expect(await cluster.request('PATCH', '/api')).toEqual({ asked: 3 });
    expect(told).toEqual([`The cluster at ${server.url} cannot answer: etcdserver: request timed out`, undefined]);
    asked = 0;
    await expect(cluster.request('GET', '/api', { isPatient: false })).rejects.toMatchObject({
      code: 'cluster-unreachable',
    });
    expect(asked).toBe(1);
    asked = 0;
    ended.abort();
    await expect(cluster.request('PATCH', '/api')).rejects.toMatchObject({ code: 'cluster-unreachable' });
    expect(asked).toBe(1);
  });
});

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
    await expect(open(await server.kubeconfig({ exec }))).rejects.toMatchObject({
      code: 'kubeconfig-unusable',
      message: 'Cannot start the credential plugin "no-such-plugin": ENOENT',
      hint: 'Get it from there.',
    });
  });
});

async function start(handler: Parameters<typeof apiServer>[0]): Promise<ApiServer> {
  const server = await apiServer(handler);
  closing.push(async () => server.close());
  return server;
}

async function open(kubeconfig: string, options: Partial<ConnectOptions> = {}): Promise<Cluster> {
  const { signal } = new AbortController();
  const environment = { PATH: process.env['PATH'] };
  const cluster = await connect({ kubeconfig, environment, signal, ...options });
  closing.push(async () => cluster.close());
  return cluster;
}

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
