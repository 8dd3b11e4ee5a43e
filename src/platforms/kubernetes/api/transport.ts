import type { Readable } from 'node:stream';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { Agent, type Dispatcher, ProxyAgent, request } from 'undici';
import { DeployError } from '../../../shared/errors.ts';
import { type ClusterCredential, type ClusterCredentials, pem } from './credentials.ts';
import type { ClusterAccess } from './kubeconfig.ts';
import { safeWayTo } from './safe-way.ts';

/** An answer whose body has not been read yet. It must be read or destroyed. */
export interface ApiAnswer {
  readonly status: number;
  readonly isJson: boolean;
  readonly retryAfterSeconds: number | undefined;
  /** What the API server warns of, though it does what was asked. */
  readonly warnings: readonly string[];
  readonly body: Readable;
}

export interface ApiCall {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body?: string;
  readonly contentType?: string;
  /** Default: JSON, or whatever there is. */
  readonly accept?: string;
  readonly signal: AbortSignal;
  /** How long the server may stay silent before it answers, and then within the answer; 0 is for ever. */
  readonly answerTimeoutMs: number;
  readonly idleTimeoutMs: number;
  /** How long the whole answer may take; absent for one that has no end. */
  readonly wholeTimeoutMs?: number;
  /** True if it is to be made again where the server is away for a while. */
  readonly isPatient?: boolean;
}

/** One way to one API server; all calls share its connection (HTTP/2 where the server speaks it). */
export interface Transport {
  readonly isProxied: boolean;
  send(call: ApiCall): Promise<ApiAnswer>;
  close(): Promise<void>;
}

/** An unreachable server is told at once; a TCP and TLS handshake around the world takes a second. */
export const connectTimeoutMs = 5_000;

/**
 * Opens the way to the API server that a kubeconfig describes. Our own, on undici, since the client library's opens a
 * connection for every call, ends watches after 30 s, ignores proxies once a CA is given and refuses plain `http://`.
 *
 * @throws {DeployError} as `safeWayTo`, and `kubeconfig-unusable` if a file that it names cannot be read.
 */
export async function openTransport(
  access: ClusterAccess,
  {
    credentials,
    environment,
  }: { credentials: ClusterCredentials; environment: Readonly<Record<string, string | undefined>> },
): Promise<Transport> {
  const { cluster } = access;
  const proxy = safeWayTo(access, environment);
  const trust = {
    ...(await pem('ca', cluster.caFile, cluster.caData)),
    ...(cluster.tlsServerName && { servername: cluster.tlsServerName }),
    ...(cluster.skipTLSVerify && { rejectUnauthorized: false }),
  };
  let opened: { readonly dispatcher: Dispatcher; readonly certificate: string } | undefined;

  /** A client certificate belongs to the connection, so another certificate means another connection. */
  function dispatcherFor({ cert, key }: ClusterCredential): Dispatcher {
    const certificate = String(cert ?? '');
    if (opened?.certificate === certificate) return opened.dispatcher;
    void opened?.dispatcher.close();
    const tls = { ...trust, ...(cert && { cert }), ...(key && { key }) };
    refuseUnreadable(tls, access.context);
    const connect = { ...tls, timeout: connectTimeoutMs, keepAlive: true, keepAliveInitialDelay: 30_000 };
    const dispatcher = proxy
      ? new ProxyAgent({
          uri: proxy,
          requestTls: tls,
          proxyTls: { timeout: connectTimeoutMs },
          connectTimeout: connectTimeoutMs,
        })
      : new Agent({ connect });
    opened = { dispatcher, certificate };
    return dispatcher;
  }

  async function once(call: ApiCall, credential: ClusterCredential): Promise<ApiAnswer> {
    const { statusCode, headers, body } = await request(cluster.server + call.path, {
      dispatcher: dispatcherFor(credential),
      method: call.method,
      headers: {
        accept: call.accept ?? 'application/json, */*',
        'user-agent': 'selfsame',
        ...(call.contentType && { 'content-type': call.contentType }),
        ...credential.headers,
      },
      body: call.body ?? null,
      signal: call.signal,
      headersTimeout: call.answerTimeoutMs,
      bodyTimeout: call.idleTimeoutMs,
    });
    const retryAfter = Number(headers['retry-after']);
    return {
      status: statusCode,
      isJson: String(headers['content-type']).startsWith('application/json'),
      retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : undefined,
      warnings: warningsIn(headers['warning']),
      body,
    };
  }

  return {
    isProxied: proxy !== undefined,
    async send(call) {
      const credential = await credentials.current();
      const answer = await once(call, credential);
      if (answer.status !== 401 || !credentials.renew(credential)) return answer;
      answer.body.resume();
      return once(call, await credentials.current());
    },
    async close() {
      await opened?.dispatcher.destroy();
    },
  };
}

/** @throws {DeployError} `kubeconfig-unusable` if a certificate or key is none, which would fail each connection anew. */
function refuseUnreadable(tls: SecureContextOptions, context: string): void {
  try {
    createSecureContext(tls);
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new DeployError(
      'kubeconfig-unusable',
      `Cannot read the certificates or the key of the context "${context}": ${code}`,
      {
        hint: 'Correct the kubeconfig, or pass --context.',
        cause: error,
      },
    );
  }
}

/** The texts of a `Warning` header (RFC 7234, 5.5), which Kubernetes sends as `299 - "text"`, one or many to a header. */
export function warningsIn(header: string | readonly string[] = []): string[] {
  return [header]
    .flat()
    .flatMap((line) => Array.from(line.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)))
    .map(([, text = '']) => text.replaceAll(/\\(.)/g, '$1'));
}
