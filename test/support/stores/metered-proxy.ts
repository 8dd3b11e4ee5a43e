// Stands between a program and a server, and keeps account of what is asked: how often, over how many connections, and when.
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, request as plainRequest } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Http2SecureServer } from 'node:http2';
import { request as secureRequest } from 'node:https';
import type { Agent } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';

/** One request, from its first byte to the last of its answer, by `performance.now()`. */
export interface MeteredCall {
  readonly method: string;
  readonly path: string;
  readonly startedAt: number;
  /** Infinity while it is under way. */
  endedAt: number;
}

export interface MeteredProxy {
  readonly port: number;
  /** Since the last `reset`. */
  readonly calls: readonly MeteredCall[];
  connections(): number;
  reset(): void;
  close(): Promise<void>;
}

export interface MeteredServer {
  /** Where requests go on to. */
  readonly url: URL;
  /** Its connections there. */
  readonly agent?: Agent;
  /** Of who asks. */
  readonly headers?: OutgoingHttpHeaders;
  /** Files of a certificate and its key: with them it speaks HTTP/2 over TLS, else HTTP/1.1. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
}

/** Starts one, on a free port of 127.0.0.1. */
export async function meteredProxy({ url, agent, headers, tls }: MeteredServer): Promise<MeteredProxy> {
  let calls: MeteredCall[] = [];
  let connections = 0;
  const send = url.protocol === 'https:' ? secureRequest : plainRequest;

  async function pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = asked;
    const call = { method, path, startedAt: performance.now(), endedAt: Infinity };
    calls.push(call);
    answer.on('close', () => (call.endedAt = performance.now()));
    const all = { ...withoutConnection(asked.headers), ...headers };
    const onward = send(new URL(path, url), { method, headers: all, ...(agent && { agent }) });
    answer.on('close', () => onward.destroy());
    try {
      const answered = once(onward, 'response') as Promise<[IncomingMessage]>;
      await Promise.all([pipeline(asked, onward), answered]);
      const [{ statusCode = 502, headers: theirs }] = await answered;
      answer.writeHead(statusCode, withoutConnection(theirs));
      await pipeline((await answered)[0], answer);
    } catch {
      // Whichever side left: the other one is to notice.
      answer.destroy();
    }
  }

  const server: Server | Http2SecureServer = tls ? createSecureServer({ ...tls, allowHTTP1: true }) : createServer();
  server.on('request', (asked: IncomingMessage, answer: ServerResponse) => void pass(asked, answer));
  server.on(tls ? 'secureConnection' : 'connection', () => (connections += 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get calls() {
      return calls;
    },
    connections: () => connections,
    reset() {
      [calls, connections] = [[], 0];
    },
    async close() {
      server.close();
    },
  };
}

/** What belongs to one connection is not handed on to the next, and HTTP/2 has none of it. */
function withoutConnection(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const own = new Set(['connection', 'keep-alive', 'transfer-encoding', 'upgrade']);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !name.startsWith(':') && !own.has(name)));
}

/** Milliseconds between two moments in which at least one of the calls was under way. */
export function busyMs(calls: readonly MeteredCall[], from: number, to: number): number {
  let [busy, reached] = [0, from];
  for (const { startedAt, endedAt } of calls.toSorted((one, other) => one.startedAt - other.startedAt)) {
    const [start, end] = [Math.max(startedAt, reached), Math.min(endedAt, to)];
    if (end > start) [busy, reached] = [busy + end - start, end];
  }
  return busy;
}

/** A certificate for 127.0.0.1, which is its own authority; written as `tls.crt` and `tls.key`. */
export function writeCertificate(folder: string): { cert: string; key: string } {
  const [cert, key] = [`${folder}/tls.crt`, `${folder}/tls.key`];
  const kind = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const whose = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  execFileSync('openssl', [...kind, ...whose, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return { cert, key };
}
