import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import { boundedText, mebibyte, TooLarge } from '../../../shared/bounded.ts';
import { eitherSignal } from '../../../shared/signal.ts';
import { ApiRefusal, refusalError, refusalIn, tooSlow, unreachable } from './api-error.ts';
import type { OutageRetry } from './outage-retry.ts';
import { unreadable } from './read-answer.ts';
import type { ApiAnswer, ApiCall, Transport } from './transport.ts';

/** How often a call is sent again when the server is too busy, or the connection closed under it. */
const retries = 3;
/** An object has at most 3 MB, a page of nodes 10. */
const mostAnswerBytes = 32 * mebibyte;
const mostRefusalBytes = mebibyte;
/** Of a watch, an object; of a log, what no line has. */
const mostLineLength = 4 * mebibyte;

/** Sends a call, reads its answer, and turns whatever goes wrong into an error that a user can act on. */
export type Caller = <T>(call: ApiCall, read: (answer: ApiAnswer) => Promise<T>) => Promise<T>;

export function callerOf(
  transport: Transport,
  { server, context, patience }: { server: string; context: string; patience: OutageRetry },
): Caller {
  const tryIt: Caller = async (call, read) => {
    for (let tried = 0; ; tried += 1) {
      const limit = call.wholeTimeoutMs === undefined ? undefined : AbortSignal.timeout(call.wholeTimeoutMs);
      try {
        const answer = await transport.send({ ...call, signal: eitherSignal(call.signal, limit) });
        if (answer.status < 300) return await read(answer);
        const refusal = await refusalOf(answer);
        // Too much to do, or its caches lag behind: it says when to come again.
        const isBusy = answer.status === 429 || answer.retryAfterSeconds !== undefined;
        if (!isBusy || tried >= retries) throw refusalError(refusal, { server, context, path: call.path });
        await sleep(Math.min(answer.retryAfterSeconds ?? 1, 10) * 1000, undefined, { signal: call.signal });
      } catch (error) {
        call.signal.throwIfAborted();
        if (limit?.aborted === true) throw tooSlow(server, call.wholeTimeoutMs);
        if (error instanceof TooLarge) throw unreadable(error.message, { server, path: call.path });
        // The server may close a connection just as we use it; every call that we make may be made twice.
        if (tried >= retries || !isClosedEarly(error)) throw unreachable(error, { server, ...transport }) ?? error;
      }
    }
  };
  return async (call, read) => patience(call, async () => tryIt(call, read));
}

/** A connection that closed before the answer was whole. */
class CutOff extends Error {
  readonly code = 'UND_ERR_SOCKET';
}

/**
 * Reads a whole answer: JSON, or any text.
 *
 * @throws {CutOff} if it is not whole: over HTTP/2 undici (8.12) ends a body that was broken off as if it were complete.
 * @throws {TooLarge}
 */
export async function whole(
  answer: ApiAnswer,
  { mostBytes = mostAnswerBytes }: { readonly mostBytes?: number | undefined } = {},
): Promise<{ value: unknown; sizeBytes: number }> {
  const body = await boundedText(answer.body, { mostBytes });
  const sizeBytes = body.length;
  if (!answer.isJson) return { value: body, sizeBytes };
  try {
    return { value: JSON.parse(body), sizeBytes };
  } catch (error) {
    if (error instanceof SyntaxError) throw new CutOff('The answer is not whole');
    throw error;
  }
}

/** What a server says of a refusal; without words where it has too many of them. */
async function refusalOf({ status, body }: ApiAnswer): Promise<ApiRefusal> {
  try {
    return refusalIn(status, await boundedText(body, { mostBytes: mostRefusalBytes }));
  } catch (error) {
    if (error instanceof TooLarge) return new ApiRefusal(status, {});
    throw error;
  }
}

/**
 * Splits a body into its lines. What follows the last line end is none: it may be one that was cut in half. A line that is too long
 * is cut, and the rest of it left out.
 */
export async function* linesOf(
  body: AsyncIterable<Uint8Array>,
  { onRest }: { onRest?: ((text: string) => void) | undefined } = {},
): AsyncGenerator<string, void, void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of body) {
    const parts = (rest + decoder.write(chunk)).split('\n');
    rest = cut(parts.pop() ?? '');
    yield* parts.map(cut);
  }
  rest += decoder.end();
  if (rest !== '') onRest?.(rest);
}

function cut(line: string): string {
  return line.slice(0, mostLineLength);
}

function isClosedEarly(error: unknown): boolean {
  const { code = '' } = error as { code?: unknown };
  return typeof code === 'string' && /^(UND_ERR_SOCKET|ECONNRESET|EPIPE|ERR_HTTP2_.*)$/.test(code);
}
