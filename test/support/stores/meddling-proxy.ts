import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request on its way to the blob server. */
interface Passing {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
}

/** What another server would have said. */
interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An HTTP proxy in front of the blob server that does what a blob server or another deployer might. */
export interface MeddlingProxy {
  readonly port: number;
  /** Requests since the list was last emptied. */
  readonly seen: Passing[];
  /** Of the bodies of all requests. */
  readonly bodyBytes: number;
  /** Names Azure's code of the 403 to answer a request with, or gives the answer itself, or lets it pass. */
  refuse: ((passing: Passing) => string | Answer | undefined) | undefined;
  /** Done before a request passes. */
  before: ((passing: Passing) => Promise<void>) | undefined;
  close(): Promise<void>;
}

export async function meddlingProxy(targetPort: number): Promise<MeddlingProxy> {
  let bodyBytes = 0;
  const server = createServer(async (incoming, answer) => {
    const { method = '', url = '', headers } = incoming;
    const passing = { method, url, headers };
    proxy.seen.push(passing);
    const refused = proxy.refuse?.(passing);
    if (refused !== undefined) {
      incoming.resume();
      const said = typeof refused === 'string' ? { status: 403, headers: { 'x-ms-error-code': refused } } : refused;
      const { status, headers: more, body = '' } = { headers: {}, ...said };
      answer
        .writeHead(status, { ...more, 'content-length': Buffer.byteLength(body) })
        .end(method === 'HEAD' ? '' : body);
      return;
    }
    await proxy.before?.(passing);
    const outgoing = request({ port: targetPort, host: '127.0.0.1', method, path: url, headers }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    incoming.on('data', (chunk: Buffer) => {
      bodyBytes += chunk.length;
    });
    incoming.pipe(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy: MeddlingProxy = {
    port: (server.address() as AddressInfo).port,
    seen: [],
    get bodyBytes() {
      return bodyBytes;
    },
    refuse: undefined,
    before: undefined,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
  return proxy;
}
