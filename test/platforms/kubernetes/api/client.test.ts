import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { connect } from '../../../../src/platforms/kubernetes/api/client.ts';
import { json, listen, refuseCall } from '../../../support/kubernetes/api-server.ts';
import { clientFixture } from '../../../support/kubernetes/client-fixture.ts';

const { start, open, closing } = clientFixture();

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

  it.each([
    [
      500,
      'etcdserver: mvcc: database space exceeded',
      'Have its etcd compacted and defragmented, then run this again.',
    ],
    [500, 'oops', 'Run this again; if it says the same, look at the log of the API server.'],
    [409, 'it has been modified', 'Change what it names, then run this again.'],
  ])('tells what to do about %i %s', async (status, message, hint) => {
    const server = await start((_request, response) => refuseCall(response, status, { reason: '', message }));
    const cluster = await open(await server.kubeconfig());
    await expect(cluster.request('PATCH', '/api')).rejects.toMatchObject({ code: 'cluster-refused', hint });
  });

  it('takes nothing for deleted because something else answers', async () => {
    const server = await start((_request, response) => response.setHeader('content-type', 'text/html').end('<html>Hi'));
    const cluster = await open(await server.kubeconfig());
    await expect(cluster.request('DELETE', '/api/v1/namespaces/a/services/b')).rejects.toMatchObject({
      code: 'cluster-unreadable',
    });
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
