import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, createSecureServer, createServer as createPlainServer, type ClientHttp2Session } from 'node:http2';
import { createServer as createHttpsServer, get } from 'node:https';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { serve } from '../../src/app/serve.ts';
import { selfSigned } from '../support/programs/certificate.ts';
import { defaults, fetchText, refused, serving } from '../support/programs/served.ts';

const address = { scheme: 'https', host: '127.0.0.1', port: 0 } as const;

describe('serve(), of TLS,', () => {
  let secret: Awaited<ReturnType<typeof selfSigned>>;
  beforeAll(async () => {
    secret = await selfSigned();
  });

  it('answers for itself, finishes what is under way, and ends what is idle or never spoke', async () => {
    const begun = Promise.withResolvers<() => void>();
    const server = createHttpsServer(secret, (request, response) => {
      if (request.url === '/held') begun.resolve(() => response.end('late'));
      else response.end('at once');
    });
    await using served = await serving(server, { address });
    expect(served.url).toMatch(/^https:/);
    expect(await fetched(`${served.url}/selfsame/ready`)).toBe('ready\n');
    expect(await fetched(served.url)).toBe('at once');
    const underWay = fetched(`${served.url}/held`);
    const finish = await begun.promise;
    served.end();
    await refused(served.url);
    finish();
    expect(await underWay).toBe('late');
    await served.ended;
  });

  it('answers for itself over HTTP/2, and finishes what is under way there', async () => {
    const begun = Promise.withResolvers<() => void>();
    const server = createSecureServer(secret, (request, response) => {
      if (request.url === '/held') begun.resolve(() => response.end('late'));
      else response.end('at once');
    });
    await using served = await serving(server, { address });
    const client = connect(served.url, { ca: secret.cert });
    expect(await asked(client, '/selfsame/ready')).toEqual([200, 'ready\n']);
    expect(JSON.parse((await asked(client, '/selfsame'))[1])).toMatchObject({ name: 'test' });
    expect(await asked(client, '/x')).toEqual([200, 'at once']);
    const underWay = asked(client, '/held');
    const finish = await begun.promise;
    served.end();
    await once(client, 'goaway');
    await refused(served.url);
    finish();
    expect(await underWay).toEqual([200, 'late']);
    await served.ended;
  });

  it('answers probes over HTTP/1.1 where a server speaks HTTP/2 without TLS', async () => {
    const server = createPlainServer((_request, response) => response.end('over HTTP/2'));
    await using served = await serving(server);
    expect(await fetchText(served.url, '/selfsame/ready')).toEqual([200, 'ready\n']);
    expect((await fetchText(served.url, '/'))[0]).toBe(505);
    const client = connect(served.url);
    expect(await asked(client, '/')).toEqual([200, 'over HTTP/2']);
    expect(await asked(client, '/selfsame/live')).toEqual([200, 'alive\n']);
    served.end();
    await Promise.all([served.ended, once(client, 'close')]);
  });

  it('refuses a server that does not speak what its address says', async () => {
    const options = { ...defaults, signal: AbortSignal.abort() };
    await expect(serve(createHttpsServer(secret), options)).rejects.toMatchObject({
      code: 'bad-usage',
      message: 'Cannot serve at the address: the server speaks TLS',
      hint: 'Let the address say so: https://:0.',
    });
    await expect(serve(createServer(), { ...options, address })).rejects.toMatchObject({
      message: 'Cannot serve at the address: the server does not speak TLS',
    });
  });

  async function fetched(url: string): Promise<string> {
    const request = get(url, { ca: secret.cert, agent: false });
    const [response] = (await once(request, 'response')) as [NodeJS.ReadableStream];
    return text(response);
  }
});

async function asked(client: ClientHttp2Session, path: string): Promise<[status: number | undefined, body: string]> {
  const stream = client.request({ ':path': path });
  const [headers] = (await once(stream, 'response')) as [{ ':status'?: number }];
  return [headers[':status'], await text(stream)];
}
