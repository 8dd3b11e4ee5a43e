import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { DeployError } from '../shared/errors.ts';
import type { Address } from './address.ts';
import { drainOf, type Drain, type DrainOptions } from './drain.ts';
import { answerHealth } from './health.ts';
import { isHttpServer, isSecure, type HttpServer } from './http-server.ts';

/** What a server is given that is served. */
export interface AttendOptions {
  /** Of the application. */
  readonly name: string;
  readonly signal: AbortSignal;
}

export interface ServeOptions extends AttendOptions, DrainOptions {
  readonly address: Address;
  /** Told once where it serves. */
  readonly onListening: (url: string) => void;
}

/**
 * Serves until the signal aborts, then drains: not ready at once, closed once nobody comes any more, ended once all is
 * answered, and cut off `drainMs` after that should have been. Ends without a drain if the application closes the server.
 *
 * A server that listens already goes on where it does, if that is the port of the address.
 *
 * @throws {DeployError} `bad-usage` if the address is taken or not this machine's, or if it is not an HTTP server.
 */
export async function serve(server: HttpServer, options: ServeOptions): Promise<void> {
  const { address, signal } = options;
  refuseUnservable(server, address);
  const { drain, closed } = attend(server, options);
  if (!server.listening) await listening(server, address);
  options.onListening(urlOf(server, address.host));
  await Promise.race([signal.aborted ? undefined : once(signal, 'abort'), closed]);
  await drain(options);
}

/** Gives a server the health paths and its way to end. */
export function attend(server: HttpServer, { name, signal }: AttendOptions): Drain {
  answerHealth(server, name, signal);
  // After the health paths: what it counts includes them.
  return drainOf(server, signal);
}

/** Where a server listens, for people. */
export function urlOf(server: HttpServer, host: string | undefined): string {
  const { port } = server.address() as AddressInfo;
  return `${isSecure(server) ? 'https' : 'http'}://${urlHost(host)}:${port}`;
}

/** What a system's refusal to listen means; undefined for anything else. */
export function listenRefusal(error: unknown, { host, port }: Address): DeployError | undefined {
  const known = refusals.get((error as NodeJS.ErrnoException).code ?? '');
  if (known === undefined) return undefined;
  return new DeployError('bad-usage', `Cannot serve on ${urlHost(host)}:${port}: ${known}`, {
    hint: 'Pass another address.',
    cause: error,
  });
}

function refuseUnservable(server: unknown, { port }: Address): void {
  if (!isHttpServer(server)) {
    throw new DeployError('bad-usage', `Cannot serve ${kindOf(server)}: it is not an HTTP server`, {
      hint: 'Pass serve the server itself, such as createServer(app) or fastify.server, or define main in place of run.',
    });
  }
  const bound = server.address();
  if (bound === null || (typeof bound === 'object' && (port === 0 || bound.port === port))) return;
  const where = typeof bound === 'object' ? `port ${bound.port}` : bound;
  throw new DeployError('bad-usage', `Cannot serve on port ${port}: the server listens on ${where} already`, {
    hint: 'Let serve call listen, or define main in place of run.',
  });
}

function kindOf(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null) return String(value);
  const { constructor } = value as { constructor?: { readonly name: string } };
  return `an object of class ${constructor?.name ?? 'null'}`;
}

async function listening(server: HttpServer, address: Address): Promise<void> {
  server.listen({ port: address.port, ...(address.host !== undefined && { host: address.host }) });
  try {
    await once(server, 'listening');
  } catch (error) {
    throw listenRefusal(error, address) ?? error;
  }
}

const refusals: ReadonlyMap<string, string> = new Map([
  ['EADDRINUSE', 'the port is taken'],
  ['EACCES', 'not allowed'],
  ['EADDRNOTAVAIL', 'not an address of this machine'],
  ['ENOTFOUND', 'no such host'],
  ['EAI_AGAIN', 'the host cannot be looked up'],
]);

function urlHost(host = 'localhost'): string {
  return host.includes(':') ? `[${host}]` : host;
}
