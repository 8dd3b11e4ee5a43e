import { once } from 'node:events';
import { Agent, createServer, get, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, Server as NetServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from '@jest/globals';
import { serve, type ServeOptions } from '../../../src/app/serve.ts';

export const defaults: Omit<ServeOptions, 'signal'> = {
  name: 'test',
  address: { host: '127.0.0.1', port: 0 },
  lingerMs: 0,
  drainMs: 10_000,
  onListening: () => undefined,
};

/** A server that serves until `end`; at the end of the test it is cut off. */
export async function serving(server: Server, options: Partial<ServeOptions> = {}) {
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
      // The server's own would wait for the drain.
      NetServer.prototype.close.call(server);
      server.closeAllConnections();
    },
  };
}

export function plain(): Server {
  return createServer((request, response) => response.end(`application: ${request.url}`));
}

/** Answers /held when told to, begins to answer /begun at once, and takes upgrades. */
export function holding() {
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

export async function fetchText(url: string, path: string): Promise<[status: number, body: string]> {
  const response = await fetch(`${url}${path}`);
  return [response.status, await response.text()];
}

export async function answer(url: string, agent: Agent): Promise<IncomingMessage> {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
  const { socket } = response;
  await text(response);
  return Object.assign(response, { socket });
}

export async function connection(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

export async function upgraded(url: string): Promise<Socket> {
  const socket = await connection(url);
  socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: test\r\n\r\n');
  expect(String(await once(socket, 'data'))).toContain('101');
  return socket;
}

/** Resolves when nobody listens there any more. */
export async function refused(url: string): Promise<void> {
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
