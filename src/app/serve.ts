import { once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DeployError } from '../shared/errors.ts';
import type { Address } from './address.ts';
import { drainOf, type DrainOptions } from './drain.ts';
import { identityOf, startOfProcess } from './identity.ts';

export interface ServeOptions extends DrainOptions {
  readonly name: string;
  readonly address: Address;
  readonly signal: AbortSignal;
  /** Told once where it serves. */
  readonly onListening: (url: string) => void;
}

/**
 * Serves until the signal aborts, then drains: not ready at once, closed once nobody comes any more, ended once all is
 * answered, and cut off `drainMs` after that should have been.
 *
 * Answers `/selfsame` (which bytes run here), `/selfsame/start` (what starting took), `/selfsame/ready` and
 * `/selfsame/live` before the server's own listeners.
 *
 * @throws {DeployError} `bad-usage` if the address is taken or not this machine's.
 */
export async function serve(server: Server, options: ServeOptions): Promise<void> {
  const { name, address, signal } = options;
  answerHealth(server, name, signal);
  const connections = drainOf(server);
  await listening(server, address);
  const { port } = server.address() as AddressInfo;
  options.onListening(`http://${urlHost(address.host)}:${port}`);
  if (!signal.aborted) await once(signal, 'abort');

  await connections.drain(options);
}

async function listening(server: Server, address: Address): Promise<void> {
  server.listen({ port: address.port, ...(address.host !== undefined && { host: address.host }) });
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const known = refusals.get(code);
    if (known === undefined) throw error;
    throw new DeployError('bad-usage', `Cannot serve on ${urlHost(address.host)}:${address.port}: ${known}`, {
      hint: 'Pass another address.',
      cause: error,
    });
  }
}

const refusals: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'the port is taken'],
  ['EACCES', 'not allowed'],
  ['EADDRNOTAVAIL', 'not an address of this machine'],
  ['ENOTFOUND', 'no such host'],
  ['EAI_AGAIN', 'the host cannot be looked up'],
]);

function answerHealth(server: Server, name: string, signal: AbortSignal): void {
  const own = server.listeners('request') as ((request: IncomingMessage, response: ServerResponse) => void)[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const [path = ''] = (request.url ?? '').split('?');
    if (path === '/selfsame/ready') {
      response.writeHead(signal.aborted ? 503 : 200).end(signal.aborted ? 'draining\n' : 'ready\n');
    } else if (path === '/selfsame/live') {
      response.writeHead(200).end('alive\n');
    } else if (path === '/selfsame/start') {
      answerJson(startOfProcess(), response);
    } else if (path === '/selfsame') {
      void answerIdentity(name, response);
    } else {
      for (const listener of own) listener.call(server, request, response);
    }
  });
}

async function answerIdentity(name: string, response: ServerResponse): Promise<void> {
  try {
    answerJson(await identityOf(name), response);
  } catch (error) {
    response.writeHead(500).end(`Cannot hash the running file: ${String(error)}\n`);
  }
}

function answerJson(body: unknown, response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}

function urlHost(host = 'localhost'): string {
  return host.includes(':') ? `[${host}]` : host;
}
