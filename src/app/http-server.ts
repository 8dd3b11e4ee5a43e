import type { Server as HttpOneServer } from 'node:http';
import type { Http2SecureServer, Http2Server } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';

/** A server of node:http, node:https or node:http2. */
export type HttpServer = HttpOneServer | HttpsServer | Http2Server | Http2SecureServer;

/**
 * Recognises an HTTP server by what it can do, since it may come from another copy of Node's classes. `setTimeout` is what
 * servers of node:net and node:tls lack.
 */
export function isHttpServer(value: unknown): value is HttpServer {
  const methods = ['listen', 'close', 'address', 'emit', 'once', 'setTimeout'] as const;
  if (typeof value !== 'object' || value === null) return false;
  const candidate = value as Partial<Record<string, unknown>>;
  return methods.every((method) => typeof candidate[method] === 'function');
}

/** True for one that speaks TLS. */
export function isSecure(server: HttpServer): boolean {
  return 'setSecureContext' in server;
}

/** True for one of node:http2 without TLS, which speaks nothing else. */
export function isPlainHttp2(server: HttpServer): boolean {
  return 'updateSettings' in server && !isSecure(server);
}

/** Looks at an event before its listeners do; if it returns `true`, they do not get the event. */
type Sight = (...args: never[]) => unknown;

/**
 * Shows events to functions of ours before any listener gets them. Not by listeners: frameworks add theirs after they listen,
 * and some take away those that are there.
 */
export function beforeListeners(server: HttpServer, sights: Readonly<Record<string, Sight>>): void {
  const seen = new Map(Object.entries(sights));
  const emit = Reflect.get(server, 'emit') as (...args: readonly unknown[]) => boolean;
  const emitSeen = (event: string, ...args: readonly unknown[]): boolean => {
    const sight = seen.get(event);
    if (sight !== undefined && Reflect.apply(sight, undefined, args) === true) return true;
    return Reflect.apply(emit, server, [event, ...args]);
  };
  server.emit = emitSeen as typeof server.emit;
}
