import { Readable } from 'node:stream';
import { AwsV4Signer } from 'aws4fetch';
import { EnvHttpProxyAgent, request } from 'undici';
import { boundedBytes, boundedText, mebibyte } from '../../shared/bounded.ts';
import { isPassingFailure, isPassingStatus } from '../../shared/network-failure.ts';
import { proxiesIn } from '../../shared/proxy-setting.ts';
import { mostAnswerBytes } from '../errors.ts';
import { type CallOptions, retried, type Send } from '../retry.ts';
import type { S3Place } from './address.ts';
import type { S3Keys } from './credentials.ts';
import { explainS3, NetworkError, networkError, S3Error } from './errors.ts';
import { readXml, xmlText } from './xml.ts';
import type { S3Answer } from './answer.ts';

/** What is asked of a bucket. */
export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** An object's name; absent: the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  /** Asks for an object's bytes: what comes is not read as XML. */
  readonly wantsBytes?: boolean;
  /** Called before the body is sent, the second time too. */
  readonly onBegin?: () => void;
  /** Called with how much of the body was handed to the socket. */
  readonly onSent?: (sentBytes: number) => void;
}

/** Sends one request, and again if the network or the service failed in passing. */
export type S3Call = (request: S3Request, options?: S3CallOptions) => Promise<S3Answer>;

interface S3CallOptions extends CallOptions {
  /** Tells which answers beside the good ones the caller understands; all others are thrown. */
  readonly allows?: (answer: S3Answer) => boolean;
}

/** What is handed to the socket at a time, so that progress tells what has left. */
const sliceBytes = 64 * 1024;

/** A provider that knows no ranges sends all of an executable. */
const mostObjectBytes = 512 * mebibyte;

/** Makes the one way in which the store talks to S3. Each attempt is signed anew: a signature is good for minutes. */
export function s3CallsTo(place: S3Place, keys: S3Keys): S3Call {
  // Of one bucket, with the proxy of HTTPS_PROXY. How long a request may stand still is decided below.
  const dispatcher = new EnvHttpProxyAgent({ ...proxiesIn(process.env), headersTimeout: 0, bodyTimeout: 0 });
  const hint = 'Check the network, a proxy (HTTPS_PROXY) and the endpoint in --store.';
  const service = { address: place.address, hint, isPassing };
  return async (asked, { allows, ...options } = {}) => {
    const { signal } = options;
    const once: Send<S3Answer> = async (attempt, alive) => {
      try {
        const answer = await send(asked, { place, keys, dispatcher, signal: attempt, alive });
        if (isGood(answer) || allows?.(answer) === true) return answer;
        throw new S3Error(answer);
      } catch (error) {
        throw signal?.aborted === true ? error : (networkError(error) ?? error);
      }
    };
    try {
      return await retried(once, service, options);
    } catch (error) {
      signal?.throwIfAborted();
      throw explainS3(error, place);
    }
  };
}

/** The URL of an object, or of the bucket. */
export function urlOfKey({ url }: S3Place, key?: string): string {
  return key === undefined ? url : `${url}/${encodedKey(key)}`;
}

/** An object's name as it stands in a URL, its slashes kept. */
export function encodedKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}

interface Sending {
  readonly place: S3Place;
  readonly keys: S3Keys;
  readonly dispatcher: EnvHttpProxyAgent;
  readonly signal: AbortSignal;
  /** To be called whenever bytes move: only a request that stands still is given up. */
  readonly alive: () => void;
}

async function send(asked: S3Request, { place, keys, dispatcher, signal, alive }: Sending): Promise<S3Answer> {
  const { method, key, query = {}, headers = {}, body } = asked;
  const url = new URL(urlOfKey(place, key));
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  const signed = await new AwsV4Signer({
    ...keys,
    method,
    url: url.href,
    headers,
    service: 's3',
    region: place.region,
  }).sign();
  const sent = { ...Object.fromEntries(signed.headers), 'user-agent': 'selfsame' };
  const response = await request(signed.url, {
    method,
    headers: body === undefined ? sent : { ...sent, 'content-length': String(body.length) },
    body: body === undefined ? null : Readable.from(slicesOf(body, asked, alive)),
    dispatcher,
    signal,
  });
  const isObject = asked.wantsBytes === true && response.statusCode < 300;
  const bytes = isObject ? await boundedBytes(response.body, { mostBytes: mostObjectBytes }) : new Uint8Array();
  const text = isObject ? '' : await boundedText(response.body, { mostBytes: mostAnswerBytes });
  const parsed = method === 'HEAD' || isObject ? undefined : readXml(text);
  const header = (name: string): string => {
    const value = response.headers[name];
    return Array.isArray(value) ? (value[0] ?? '') : (value ?? '');
  };
  return {
    status: response.statusCode,
    code: parsed?.root === 'Error' ? xmlText(parsed.node, 'Code') : '',
    header,
    bytes,
    body: parsed,
  };
}

/** An answer of 200 may still be an error: it was begun before the work was done. */
function isGood({ status, body }: S3Answer): boolean {
  return status >= 200 && status < 300 && body?.root !== 'Error';
}

async function* slicesOf(
  body: Buffer,
  { onBegin, onSent }: Pick<S3Request, 'onBegin' | 'onSent'>,
  alive: () => void,
): AsyncGenerator<Buffer> {
  onBegin?.();
  for (let start = 0; start < body.length; start += sliceBytes) {
    yield body.subarray(start, start + sliceBytes);
    alive();
    onSent?.(Math.min(start + sliceBytes, body.length));
  }
}

/** Said with a 400, a 409 or a 200; BadDigest: the bytes were damaged on their way. */
const passingCodes = new Set(
  'RequestTimeout SlowDown InternalError ServiceUnavailable BadDigest OperationAborted'.split(' '),
);

/** True of an answer after which another attempt may succeed. */
export function passes({ status, code }: Pick<S3Answer, 'status' | 'code'>): boolean {
  return isPassingStatus(status) || passingCodes.has(code);
}

function isPassing(error: Error): boolean {
  if (error instanceof S3Error) return passes(error);
  return error instanceof NetworkError && isPassingFailure(error.code);
}
