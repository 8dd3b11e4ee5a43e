import { DeployError } from '../../../shared/errors.ts';
import { causeCodes, isPassingStatus, isTlsFailure, networkFailures } from '../../../shared/network-failure.ts';
import { connectTimeoutMs } from './transport.ts';

/** The API server's own word on why it refused (`v1.Status`). Always the `cause` of the DeployError that is thrown. */
export class ApiRefusal extends Error {
  override readonly name = 'ApiRefusal';
  readonly status: number;
  /** Kubernetes' word, e.g. `NotFound`, `AlreadyExists`, `Forbidden`; empty where a proxy answered. */
  readonly reason: string;

  constructor(status: number, { reason = '', message = '' }: { reason?: string; message?: string }) {
    super(message);
    this.status = status;
    this.reason = reason;
  }
}

/** The HTTP status with which the API server refused, if it did. */
export function refusalStatus(error: unknown): number | undefined {
  const refusal = error instanceof DeployError ? error.cause : error;
  return refusal instanceof ApiRefusal ? refusal.status : undefined;
}

/** What is there to see; undefined where we may not see it (403). */
export async function permitted<T>(look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    if (refusalStatus(error) === 403) return undefined;
    throw error;
  }
}

/** Makes a refusal from an answer's body, which is a `v1.Status` unless something on the way answered. */
export function refusalIn(status: number, body: string): ApiRefusal {
  try {
    const { reason, message } = (JSON.parse(body) ?? {}) as Readonly<Record<string, unknown>>;
    const said = (word: unknown): string => (typeof word === 'string' ? word : '');
    return new ApiRefusal(status, { reason: said(reason), message: oneLine(said(message)) });
  } catch (error) {
    if (error instanceof SyntaxError) return new ApiRefusal(status, {});
    throw error;
  }
}

/** A refusal in words: who may not do what, or why the API server does not take it. */
export function refusalError(
  refusal: ApiRefusal,
  { server, context, path }: { server: string; context: string; path: string },
): DeployError {
  const { status, message } = refusal;
  const place = callPlace(server);
  // A pod that is asked through the API server answers for itself.
  if (isOutageRefusal(refusal) && !path.includes('/proxy')) {
    return new DeployError(
      'cluster-unreachable',
      `The cluster at ${place} cannot answer: ${message || `HTTP status ${status}`}`,
      { hint: 'Check its API server and etcd, or wait until it has started.', cause: refusal },
    );
  }
  if (status === 401) {
    return new DeployError(
      'cluster-denied',
      `Cannot sign in to ${place}: it does not accept the credentials of the context "${context}"`,
      {
        hint: 'Sign in again, or pass another --context.',
        cause: refusal,
      },
    );
  }
  // Forbidden is also the word of quota and admission; missing rights always read so.
  if (status === 403 && (message === '' || /\bcannot \S+ (resource|path)\b/.test(message))) {
    return new DeployError('cluster-denied', `Not allowed on ${place}: ${message || 'forbidden'}`, {
      hint: 'Ask for that right (self rbac prints a Role with all that are needed), or pass another --context or --namespace.',
      cause: refusal,
    });
  }
  return new DeployError('cluster-refused', `Refused by ${place}: ${message || `HTTP status ${status}`}`, {
    hint: hintFor(refusal),
    cause: refusal,
  });
}

function hintFor({ status, message }: ApiRefusal): string {
  const missing = /^namespaces "(.+)" not found$/.exec(message)?.[1];
  if (missing !== undefined) return `Create it (kubectl create namespace ${missing}), or pass another --namespace.`;
  if (etcdIsFull(message)) return 'Have its etcd compacted and defragmented, then run this again.';
  if (status >= 500) return 'Run this again; if it says the same, look at the log of the API server.';
  return 'Change what it names, then run this again.';
}

/** True of what a cluster says whose etcd takes nothing more. */
export function etcdIsFull(message: string): boolean {
  return /database space exceeded|etcdserver: no space/.test(message);
}

const passingWords =
  /etcdserver: (?:request timed out|leader changed|no leader|server stopped|not |too many)|code = (?:Unavailable|DeadlineExceeded)|connection refused|context deadline exceeded/;

/** True if the cluster is not all there: its etcd is away, or the API server begins or ends. It says so in many ways. */
function isOutageRefusal({ status, message }: ApiRefusal): boolean {
  // A webhook of the cluster's that does not answer is no passing thing.
  if (/webhook/.test(message)) return false;
  if (status === 403) return message.endsWith('not yet ready to handle request');
  // Not all that etcd refuses passes: it may be full, or not take an object of that size.
  if (status === 500) return passingWords.test(message);
  // It is there, and busy.
  return status !== 429 && isPassingStatus(status);
}

/** True if the same call may well succeed in a while. */
export function isOutage(error: unknown): error is DeployError {
  if (!(error instanceof DeployError) || error.code !== 'cluster-unreachable') return false;
  return !causeCodes(error.cause).some(isTlsFailure);
}

/** A network error in words, or undefined if it is none. */
export function unreachable(
  error: unknown,
  { server, isProxied }: { server: string; isProxied: boolean },
): DeployError | undefined {
  const [code] = causeCodes(error);
  const message = error instanceof Error ? error.message : '';
  const tunnel = /Proxy response \((\d+)\)/.exec(message)?.[1];
  const isNetwork =
    code !== undefined && (code in networkFailures || /^(UND_ERR|ERR_SSL|ERR_TLS|ERR_HTTP2|HPE)_/.test(code));
  if (tunnel === undefined && !isNetwork) return undefined;
  const reason = tunnel === undefined ? reasonFor(code ?? '') : `the proxy answered ${tunnel}`;
  return new DeployError('cluster-unreachable', `Cannot reach the cluster at ${callPlace(server)}: ${reason}`, {
    hint: /expired|not valid yet/.test(reason)
      ? `Set the clock of this machine if it is wrong (it says ${new Date().toISOString()}); else have the certificate renewed.`
      : /certificate/.test(reason)
        ? 'Correct certificate-authority in the kubeconfig.'
        : isProxied
          ? 'Check the proxy and the address in the kubeconfig.'
          : 'Check that it runs, or pass another --context.',
    cause: error,
  });
}

/** An answer that goes on and on. */
export function tooSlow(server: string, wholeTimeoutMs = 0): DeployError {
  const reason = `its answer was not whole after ${wholeTimeoutMs / 1000} s`;
  return new DeployError('cluster-unreachable', `Cannot reach the cluster at ${callPlace(server)}: ${reason}`, {
    hint: 'Check the network, and what stands between it and here.',
  });
}

function reasonFor(code: string): string {
  if (code === 'UND_ERR_CONNECT_TIMEOUT') return `no connection in ${connectTimeoutMs / 1000} s`;
  return networkFailures[code]?.reason ?? code;
}

/** A server without anything secret that its URL may hold. */
export function callPlace(server: string): string {
  const url = new URL(server);
  return `${url.protocol}//${url.host}${url.pathname.replace(/\/$/, '')}`;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > 600 ? `${line.slice(0, 600)}…` : line;
}
