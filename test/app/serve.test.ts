import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from '@jest/globals';
import { gracePeriodSeconds } from '../../src/app/drain.ts';
import { serve, type ServeOptions } from '../../src/app/serve.ts';

describe('serve()', () => {
  it('answers for itself at /selfsame, and leaves every other path to the server', async () => {
    await using served = await serving(plain());
    expect(await fetchText(served.url, '/')).toEqual([200, 'application: /']);
    expect(await fetchText(served.url, '/selfsame/other?x')).toEqual([200, 'application: /selfsame/other?x']);
    expect(await fetchText(served.url, '/selfsame/ready')).toEqual([200, 'ready\n']);
    expect(await fetchText(served.url, '/selfsame/live?now')).toEqual([200, 'alive\n']);
    const [status, identity] = await fetchText(served.url, '/selfsame');
    expect(status).toBe(200);
    expect(JSON.parse(identity)).toMatchObject({
      name: 'test',
      version: null,
      target: `${process.platform}-${process.arch}`,
      node: process.versions.node,
      pid: process.pid,
    });
  });

  it('answers how its process started at /selfsame/start', async () => {
    await using served = await serving(plain());
    const [status, start] = await fetchText(served.url, '/selfsame/start');
    expect(status).toBe(200);
    expect(JSON.parse(start)).toEqual({ ageMs: expect.any(Number), runnerMs: null, fetchedBytes: null });
  });

  it('is not ready at once when it is to end, while a request under way is answered and new ones are for a while', async () => {
    const held = holding();
    await using served = await serving(held.server, { lingerMs: 60_000 });
    const underWay = fetch(`${served.url}/held`);
    const finish = await held.request;
    served.end();
    expect(await fetchText(served.url, '/selfsame/ready')).toEqual([503, 'draining\n']);
    expect(await fetchText(served.url, '/selfsame/live')).toEqual([200, 'alive\n']);
    expect(await fetchText(served.url, '/')).toEqual([200, 'application: /']);
    finish('late');
    const late = await underWay;
    expect([await late.text(), late.headers.get('connection')]).toEqual(['late', 'close']);
  });

  it('sends keep-alive connections away with their next answer', async () => {
    await using served = await serving(plain(), { lingerMs: 60_000 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await answer(served.url, agent);
    served.end();
    const after = await answer(served.url, agent);
    expect([before, after].map(({ headers }) => headers.connection)).toEqual(['keep-alive', 'close']);
    expect(after.socket).toBe(before.socket); // no reset in between
    agent.destroy();
  });

  it('closes once the last request is answered, whatever connections were kept', async () => {
    const held = holding();
    await using served = await serving(held.server);
    const idle = await connection(served.url);
    const agent = new Agent({ keepAlive: true });
    await answer(served.url, agent);
    const begun = await fetch(`${served.url}/begun`); // its headers promise to keep the connection
    const underWay = fetchText(served.url, '/held');
    const finish = await held.request;
    served.end();
    await refused(served.url);
    held.finishBegun();
    expect(await begun.text()).toBe('begun, ended');
    finish('late');
    expect(await underWay).toEqual([200, 'late']);
    await served.ended;
    idle.destroy();
    agent.destroy();
  }, 5_000);

  it('answers whoever comes back on an idle connection after the door was closed', async () => {
    const server = plain();
    server.keepAliveTimeout = 60_000; // so long the answers promise to keep it
    await using served = await serving(server, { lingerMs: 10, drainMs: 60_000 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const before = await answer(served.url, agent);
    served.end();
    await refused(served.url);
    const after = await answer(served.url, agent);
    expect([after.statusCode, after.headers.connection, after.socket]).toEqual([200, 'close', before.socket]);
    await served.ended;
  });

  it('leaves the door open while requests come, but for those of a kubelet, and at most half of the time to drain', async () => {
    await using served = await serving(plain(), { lingerMs: 1_000, drainMs: 6_000 });
    const [startedAt, lasted] = [performance.now(), () => performance.now() - startedAt];
    served.end();
    const sent = async (): Promise<boolean> =>
      fetch(served.url).then(
        () => true,
        () => false,
      );
    while (lasted() < 2_000) expect(await sent()).toBe(true);
    while (await sent());
    expect(lasted()).toBeGreaterThan(3_900);
    await served.ended;
  });

  it('does not wait for those who only ask how it is', async () => {
    await using served = await serving(plain(), { lingerMs: 100, drainMs: 60_000 });
    served.end();
    const headers = { 'User-Agent': 'kube-probe/1.34' };
    const asked = async (): Promise<boolean> =>
      fetch(`${served.url}/healthy`, { headers }).then(
        () => true,
        () => false,
      );
    while (await asked());
    await served.ended;
  });

  it('ends event streams and upgraded connections once the rest is answered', async () => {
    const held = holding();
    await using served = await serving(held.server, { lingerMs: 10, drainMs: 600_000 });
    const events = await fetch(`${served.url}/begun`, { headers: { Accept: 'text/event-stream' } });
    const socket = await upgraded(served.url);
    const underWay = fetchText(served.url, '/held');
    const finish = await held.request;
    served.end();
    await refused(served.url);
    expect(socket.readableEnded).toBe(false);
    finish('late');
    expect(await underWay).toEqual([200, 'late']);
    await Promise.all([once(socket.resume(), 'end'), served.ended]);
    expect(await events.text()).toBe('begun'); // whole: its client just asks again
  });

  it('cuts off what is not done after drainMs, upgraded connections too', async () => {
    const held = holding();
    await using served = await serving(held.server, { drainMs: 100 });
    const cut = fetchText(served.url, '/held').catch((error: unknown) => error);
    await held.request;
    await upgraded(served.url);
    served.end();
    await served.ended;
    expect(await cut).toMatchObject({ message: 'fetch failed' });
  }, 5_000);

  it('goes on accepting for lingerMs, and not after', async () => {
    await using served = await serving(plain(), { lingerMs: 300 });
    const startedAt = performance.now();
    served.end();
    await refused(served.url);
    expect(performance.now() - startedAt).toBeGreaterThan(290);
    await served.ended;
  });

  it('ends at once if it was to end before it began', async () => {
    await using served = await serving(plain(), { signal: AbortSignal.abort() });
    await served.ended;
  });

  it.each([
    ['a port that is taken', (taken: number) => ({ host: '127.0.0.1', port: taken }), /:\d+: the port is taken$/],
    ['an address of another machine', () => ({ host: '192.0.2.1', port: 0 }), /not an address of this machine$/],
    ['a host that is none', () => ({ host: 'no-such-host.invalid', port: 1 }), /host/],
  ])('refuses %s', async (_what, address, message) => {
    await using other = await serving(plain());
    const options = { ...defaults, address: address(Number(new URL(other.url).port)), signal: AbortSignal.abort() };
    await expect(serve(createServer(), options)).rejects.toMatchObject({
      code: 'bad-usage',
      message: expect.stringMatching(message),
    });
  });
});

describe('gracePeriodSeconds()', () => {
  it.each([
    [{}, 30],
    [{ drain: 0 }, 10],
    [{ drain: 90.5 }, 101],
  ])('fits an application of %j', (app, seconds) => {
    expect(gracePeriodSeconds(app)).toBe(seconds);
  });
});

const defaults: Omit<ServeOptions, 'signal'> = {
  name: 'test',
  address: { host: '127.0.0.1', port: 0 },
  lingerMs: 0,
  drainMs: 10_000,
  onListening: () => undefined,
};

/** A server that serves until `end`; at the end of the test it is cut off. */
async function serving(server: Server, options: Partial<ServeOptions> = {}) {
  const end = new AbortController();
  const listening = Promise.withResolvers<string>();
  const wanted = { ...defaults, signal: end.signal, onListening: listening.resolve, ...options };
  const ended = serve(server, wanted);
  return {
    url: await listening.promise,
    ended,
    end: () => end.abort(),
    [Symbol.asyncDispose]: async () => {
      end.abort();
      server.close();
      server.closeAllConnections();
    },
  };
}

function plain(): Server {
  return createServer((request, response) => response.end(`application: ${request.url}`));
}

/** Answers /held when told to, begins to answer /begun at once, and takes upgrades. */
function holding() {
  const request = Promise.withResolvers<(text: string) => void>();
  let begun: ServerResponse | undefined;
  const server = createServer((incoming, response) => {
    if (incoming.url === '/held') {
      request.resolve((said) => response.end(said));
    } else if (incoming.url === '/begun') {
      begun = response;
      response.write('begun');
    } else {
      response.end(`application: ${incoming.url}`);
    }
  });
  server.on('upgrade', (_request, socket) => {
    socket.on('error', () => undefined);
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n');
  });
  return { server, request: request.promise, finishBegun: () => begun?.end(', ended') };
}

async function fetchText(url: string, path: string): Promise<[status: number, body: string]> {
  const response = await fetch(`${url}${path}`);
  return [response.status, await response.text()];
}

async function answer(url: string, agent: Agent): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
  const { socket } = response;
  await text(response);
  return Object.assign(response, { socket });
}

async function connection(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function upgraded(url: string): Promise<Socket> {
  const socket = await connection(url);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n');
  expect(String(await once(socket, 'data'))).toContain('101');
  return socket;
}

/** Resolves when nobody listens there any more. */
async function refused(url: string): Promise<void> {
  for (;;) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const how = await Promise.race([
      once(socket, 'connect').then(() => 'connected'),
      once(socket, 'error').then(String),
    ]).catch((error: unknown) => (error as NodeJS.ErrnoException).code);
    socket.destroy();
    if (how === 'ECONNREFUSED') return;
  }
}
