import { fetch } from 'undici';
import { boundedText, mebibyte, TooLarge } from '../../shared/bounded.ts';
import {
  causeCodes,
  causesOf,
  isPassingFailure,
  isPassingStatus,
  networkFailures,
} from '../../shared/network-failure.ts';
import { isReadOnTheWay } from '../../shared/server-address.ts';
import { eitherSignal } from '../../shared/signal.ts';
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

/** All versions of TypeScript are 11 MB where a registry tells all of them, and 2 where it tells what is asked for. */
const mostJsonBytes = 32 * mebibyte;
const jsonTimeoutMs = 120_000;

/**
 * Reads a JSON document from a server, as {@link download} does.
 *
 * @throws {SourceError} also if that is something else, too large, or not there after two minutes.
 */
export async function downloadJson(url: string, { signal, ...options }: DownloadOptions): Promise<unknown> {
  const limit = AbortSignal.timeout(jsonTimeoutMs);
  try {
    const accept = 'application/vnd.npm.install-v1+json, application/json;q=0.9';
    const { body } = await request(url, { ...options, signal: eitherSignal(limit, signal) }, accept);
    return JSON.parse(body === null ? '' : await boundedText(body, { mostBytes: mostJsonBytes }));
  } catch (error) {
    signal?.throwIfAborted();
    const reason = limit.aborted ? `did not answer in ${jsonTimeoutMs / 1000} s` : jsonProblem(error);
    if (reason === undefined) throw error;
    throw new SourceError(`${shown(url)} ${reason}`, { cause: error });
  }
}

function jsonProblem(error: unknown): string | undefined {
  if (error instanceof TooLarge) return `answers too much: ${error.message}`;
  return error instanceof SyntaxError ? 'did not answer in JSON' : undefined;
}

async function request(url: string, { network, signal }: DownloadOptions, accept = '*/*') {
  const authorization = network.authorizationFor(url);
  if (authorization !== undefined && isReadOnTheWay(url)) {
    throw new SourceError(`${shown(url)} is not sent its credentials: without TLS they could be read on the way`);
  }
  // Where another server is pointed to, fetch() leaves the credentials behind.
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
  if (error instanceof HttpError) return isPassingStatus(error.status);
  return causeCodes(error).some(isPassingFailure);
}

/** True for what a network or a server can do to us, as opposed to a bug of ours. */
export function isForeign(error: unknown): boolean {
  const ofFetch = error instanceof TypeError && ['fetch failed', 'terminated'].includes(error.message);
  return error instanceof SourceError || ofFetch || causeCodes(error).length > 0;
}

/** What went wrong, without any part of an address that may be secret. */
export function downloadReason(error: unknown): string {
  if (error instanceof SourceError) return error.message;
  const code = causeCodes(error).at(-1);
  if (code !== undefined) return sentences[code] ?? networkFailures[code]?.reason ?? code;
  return causesOf(error).at(-1)?.message ?? 'unknown';
}

/** Other words than those of all networks, or with what to do. */
const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority (set cafile in .npmrc)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself (set cafile in .npmrc)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an unknown authority (set cafile in .npmrc)',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an unknown authority (set cafile in .npmrc)',
};

/** An address as it may be shown: without name, password, query. */
export function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}
