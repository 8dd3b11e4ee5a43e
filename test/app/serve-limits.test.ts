import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSocketServer, type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { serve } from '../../src/app/serve.ts';
import { defaults, fetchText, plain, serving } from '../support/programs/served.ts';

describe('serve(), of a server that is not only ours,', () => {
  it('ends when the application closes its server itself', async () => {
    const server = plain();
    await using served = await serving(server);
    server.close();
    await served.ended;
  });

  it("waits with the application's own close until the drain is done, and tells no error afterwards", async () => {
    const server = plain();
    await using served = await serving(server, { lingerMs: 200 });
    served.end();
    const closed = new Promise((resolve) => server.close(resolve));
    expect(await fetchText(served.url, '/')).toEqual([200, 'application: /']);
    expect(await closed).toBeUndefined();
    await served.ended;
    expect(await new Promise((resolve) => server.close(resolve))).toMatchObject({ code: 'ERR_SERVER_NOT_RUNNING' });
  });

  it('serves a server that listens already where it should', async () => {
    const server = plain().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await using served = await serving(server, { address: { port } });
    expect(new URL(served.url).port).toBe(String(port));
    expect(await fetchText(served.url, '/selfsame/ready')).toEqual([200, 'ready\n']);
    served.end();
    await served.ended;
  });

  it('refuses a server that listens elsewhere already', async () => {
    const server = plain().listen(0);
    const { port } = server.address() as AddressInfo;
    await expect(
      serve(server, { ...defaults, address: { port: 1 }, signal: AbortSignal.abort() }),
    ).rejects.toMatchObject({
      code: 'bad-usage',
      message: `Cannot serve on port 1: the server listens on port ${port} already`,
    });
    await once(server.close(), 'close');
  });

  it.each([
    ['undefined', undefined],
    ['a function', () => undefined],
    ['an object of class Server', createSocketServer()],
    ['an object of class Map', new Map()],
  ])('refuses %s', async (what, value) => {
    const options = { ...defaults, signal: AbortSignal.abort() };
    // @ts-expect-error -- an application in JavaScript may pass anything.
    await expect(serve(value, options)).rejects.toMatchObject({
      code: 'bad-usage',
      message: `Cannot serve ${what}: it is not an HTTP server`,
    });
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
