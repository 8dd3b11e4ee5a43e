import { fetch } from 'undici';
import type { Network } from './npm-network.ts';

/** A source does not have what it is asked for; the message says what, fit to be shown. */
export class SourceError extends Error {
  override readonly name: string = 'SourceError';
}

/** A server's answer that is not the file. */
export class HttpError extends SourceError {
  override readonly name = 'HttpError';
  readonly status: number;

  constructor(status: number, url: string) {
    super(`${shown(url)} answered ${status}`);
    this.status = status;
  }
}

export interface DownloadOptions {
  readonly network: Network;
  readonly signal?: AbortSignal | undefined;
  /** Called with the bytes that came so far and all that will, 0 if the server does not say. */
  readonly onProgress?: ((doneBytes: number, totalBytes: number) => void) | undefined;
}

/**
 * Streams a file from a server, through the proxy and with the credentials that the network has for it.
 *
 * @throws {HttpError} if it answers anything but 200; another error if it cannot be reached or the connection drops.
 */
export async function* download(
  url: string,
  { network, signal, onProgress }: DownloadOptions,
): AsyncGenerator<Uint8Array> {
  const response = await request(url, { network, signal });
  const totalBytes = Number(response.headers.get('content-length') ?? 0);
  let doneBytes = 0;
  for await (const chunk of response.body ?? []) {
    doneBytes += chunk.length;
    onProgress?.(doneBytes, totalBytes);
    yield chunk;
  }
}

/** Reads a JSON document from a server, as {@link download} does. */
export async function downloadJson(url: string, options: DownloadOptions): Promise<unknown> {
  const text = await (
    await request(url, options, 'application/vnd.npm.install-v1+json, application/json;q=0.9')
  ).text();
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new SourceError(`${shown(url)} did not answer in JSON`, { cause: error });
  }
}

async function request(url: string, { network, signal }: DownloadOptions, accept = '*/*') {
  const authorization = network.authorizationFor(url);
  const response = await fetch(url, {
    dispatcher: network.dispatcher,
    signal: signal ?? null,
    // An archive is compressed already; a server that says so once more would have it unpacked underway.
    headers: { accept, 'accept-encoding': 'identity', ...(authorization !== undefined && { authorization }) },
  });
  if (response.status === 200) return response;
  await response.body?.cancel();
  throw new HttpError(response.status, response.url);
}

/** True if the same request may well succeed in a moment. */
export function isTransient(error: unknown): boolean {
  if (error instanceof HttpError) return error.status === 408 || error.status === 429 || error.status >= 500;
  return codesOf(error).some((code) => transientCodes.has(code));
}

const transientCodes = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
]);

/** True for what a network or a server can do to us, as opposed to a bug of ours. */
export function isForeign(error: unknown): boolean {
  const ofFetch = error instanceof TypeError && ['fetch failed', 'terminated'].includes(error.message);
  return error instanceof SourceError || ofFetch || codesOf(error).length > 0;
}

/** What went wrong, without any part of an address that may be secret. */
export function reasonOf(error: unknown): string {
  if (error instanceof SourceError) return error.message;
  const [code] = codesOf(error).toReversed();
  return (code !== undefined ? sentences[code] : undefined) ?? code ?? chainOf(error).at(-1)?.message ?? 'unknown';
}

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNRESET: 'the connection was dropped',
  UND_ERR_SOCKET: 'the connection was dropped',
  ETIMEDOUT: 'no answer in time',
  UND_ERR_CONNECT_TIMEOUT: 'no answer in time',
  UND_ERR_HEADERS_TIMEOUT: 'no answer in time',
  UND_ERR_BODY_TIMEOUT: 'no answer in time',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority (set cafile in .npmrc)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself (set cafile in .npmrc)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown authority (set cafile in .npmrc)',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an unknown authority (set cafile in .npmrc)',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another host',
};

/** An address as it may be shown: without name, password, query. */
export function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

/** An error and what caused it, and what caused that; of several at once (an address for each family), the first. */
function chainOf(error: unknown): Failure[] {
  const chain: Failure[] = [];
  for (let at = error; typeof at === 'object' && at !== null && chain.length < 10;) {
    const failure: Failure = at;
    chain.push(failure);
    at = failure.cause ?? failure.errors?.[0];
  }
  return chain;
}

interface Failure {
  readonly message?: string;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly errors?: readonly unknown[];
}

function codesOf(error: unknown): string[] {
  return chainOf(error).flatMap(({ code }) => (typeof code === 'string' ? [code] : []));
}
