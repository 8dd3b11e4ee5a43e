import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { isTlsFailure } from '../../src/shared/network-failure.ts';
import type { Remote } from './environment.ts';
import type { FilePart } from './part.ts';
import { codeOf, Failure } from './reason.ts';

/** What became of one request. */
export type RemoteAnswer =
  /** The body came to its end. */
  | { readonly kind: 'ended' }
  /** A status that brings none of the bytes; `why` is for people. */
  | { readonly kind: 'refused'; readonly status: number; readonly why: string }
  /** Other bytes than those that were asked for: the server knows no ranges, or has fewer. */
  | { readonly kind: 'misplaced'; readonly why: string }
  /** The connection failed, at its beginning or later. */
  | { readonly kind: 'broken'; readonly why: string; readonly isTls: boolean };

export interface Asked {
  readonly remote: Remote;
  readonly part: FilePart;
  readonly sizeBytes: number;
  /** Called with each number of bytes that came. */
  readonly onBytes: (bytes: number) => void;
}

const mostRedirects = 5;

/**
 * One request for what a part is missing.
 *
 * @throws {Failure} 64 for a query that is none, 71 if there are more bytes than wanted, 73 if they cannot be written.
 */
export async function request({ remote, part, sizeBytes, onBytes }: Asked): Promise<RemoteAnswer> {
  const from = part.length();
  const query = await readQuery(remote.queryFiles);
  let response: IncomingMessage | undefined;
  try {
    response = await follow(new URL(remote.url), { query, from, remote });
    const { statusCode: status = 0, headers } = response;
    const why = [status, headers['x-ms-error-code']].filter((word) => /^\w+$/.test(String(word))).join(' ');
    if (status === 416 && from > 0) return { kind: 'misplaced', why };
    if (status < 200 || status > 299) return { kind: 'refused', status, why };
    if (from > 0 && !isRangeFrom(response, from)) return { kind: 'misplaced', why: `${why}, not the range` };
    const refuseMore = (bytes: number): void => {
      if (from + bytes > sizeBytes) throw new Failure(71, `wrong size: ${remote.url} has more than ${sizeBytes} bytes`);
    };
    refuseMore(Number(headers['content-length'] ?? 0));
    let came = 0;
    await receive(response, async (chunk) => {
      came += chunk.length;
      onBytes(chunk.length);
      refuseMore(came);
      await part.add(chunk);
    });
    return { kind: 'ended' };
  } catch (error) {
    if (error instanceof Failure) throw error;
    return brokenBy(error);
  } finally {
    response?.destroy();
  }
}

const mostWaitingBytes = 1 << 22;

/** Hands on all that came, also what came right before the connection broke: iterating would drop that. */
async function receive(response: IncomingMessage, take: (chunk: Buffer) => Promise<void>): Promise<void> {
  let waitingBytes = 0;
  let taken = Promise.resolve();
  const takeNext = async (before: Promise<void>, chunk: Buffer): Promise<void> => {
    await before;
    await take(chunk);
    waitingBytes -= chunk.length;
    if (waitingBytes <= mostWaitingBytes) response.resume();
  };
  const ended = new Promise<void>((resolve, reject) => {
    response.once('end', resolve).once('error', reject);
    response.on('data', (chunk: Buffer) => {
      waitingBytes += chunk.length;
      if (waitingBytes > mostWaitingBytes) response.pause();
      taken = takeNext(taken, chunk);
      taken.catch(reject);
    });
  });
  try {
    await ended;
  } finally {
    await taken;
  }
}

/** Read anew for each request: a renewed Secret counts at once. The first file that is there; none: no query is needed. */
async function readQuery([file, ...others]: readonly string[]): Promise<string> {
  if (file === undefined) return '';
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new Failure(64, `cannot read SELFSAME_QUERY_FILE ${file}`, error);
  });
  if (text === undefined) return readQuery(others);
  const [line = ''] = text.split('\n', 1);
  const query = line.replace(/^\?/, '');
  // oxlint-disable-next-line no-control-regex
  if (/[\s\u0000-\u001f"\\]/.test(query)) {
    throw new Failure(64, `what SELFSAME_QUERY_FILE ${file} holds is no query`);
  }
  return query;
}

interface Ask {
  readonly query: string;
  readonly from: number;
  readonly remote: Remote;
}

/** Follows redirects, never away from TLS. */
async function follow(url: URL, ask: Ask, left = mostRedirects): Promise<IncomingMessage> {
  const response = await get(url, ask);
  const { statusCode = 0, headers } = response;
  const isRedirect = [301, 302, 303, 307, 308].includes(statusCode) && URL.canParse(headers.location ?? '', url);
  if (!isRedirect || left === 0) return response;
  const next = new URL(headers.location ?? '', url);
  if (next.protocol !== 'https:') return response;
  response.destroy();
  // It says itself what query it wants.
  return follow(next, { ...ask, query: next.search.slice(1) }, left - 1);
}

async function get(url: URL, { query, from, remote: { caFile, stallLimitMs } }: Ask): Promise<IncomingMessage> {
  const isSecure = url.protocol === 'https:';
  // Loaded when needed: a pod that takes the application from a volume speaks to nobody.
  const { request: send, Agent } = isSecure ? await import('node:https') : await import('node:http');
  const ca = isSecure && caFile !== undefined ? await readFile(caFile) : undefined;
  return new Promise((resolve, reject) => {
    const sent = send({
      protocol: url.protocol,
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      // Not url.search, which changes some characters of it.
      path: url.pathname + (query === '' ? '' : `?${query}`),
      headers: { 'User-Agent': 'selfsame-runner', ...(from > 0 && { Range: `bytes=${from}-` }) },
      agent: new Agent({ proxyEnv: process.env }),
      // Whatever NODE_TLS_REJECT_UNAUTHORIZED says.
      ...(isSecure && { rejectUnauthorized: true, ...(ca !== undefined && { ca }) }),
    });
    let answer: IncomingMessage | undefined;
    sent.setTimeout(stallLimitMs, () => (answer ?? sent).destroy(new Error(`silent for ${stallLimitMs / 1000} s`)));
    sent.once('response', (response) => resolve((answer = response)));
    sent.on('error', reject).end();
  });
}

function isRangeFrom({ statusCode, headers }: IncomingMessage, from: number): boolean {
  return statusCode === 206 && (headers['content-range'] ?? '').startsWith(`bytes ${from}-`);
}

function brokenBy(error: unknown): RemoteAnswer {
  const code = codeOf(error);
  if (!(error instanceof Error) || error instanceof TypeError) throw error;
  if (code.startsWith('HPE_')) return { kind: 'refused', status: 0, why: `no HTTP: ${code}` };
  const why = (error.message || code).split('\n', 1).join('').replace(/\?.*/, '');
  return {
    kind: 'broken',
    why,
    isTls: isTlsFailure(code),
  };
}
