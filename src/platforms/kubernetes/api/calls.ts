import { StringDecoder } from 'node:string_decoder';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { refusalError, refusalIn, unreachable } from './api-error.ts';
import type { OutageRetry } from './outage-retry.ts';
import type { ApiAnswer, ApiCall, Transport } from './transport.ts';

/** How often a call is sent again when the server is too busy, or the connection closed under it. */
const retries = 3;

/** Sends a call, reads its answer, and turns whatever goes wrong into an error that a user can act on. */
export type Caller = <T>(call: ApiCall, read: (answer: ApiAnswer) => Promise<T>) => Promise<T>;

export function callerOf(
  transport: Transport,
  { server, context, patience }: { server: string; context: string; patience: OutageRetry },
): Caller {
  const tryIt: Caller = async (call, read) => {
    for (let tried = 0; ; tried += 1) {
      try {
        const answer = await transport.send(call);
        if (answer.status < 300) return await read(answer);
        const refusal = refusalIn(answer.status, await text(answer.body));
        // Too much to do, or its caches lag behind: it says when to come again.
        const isBusy = answer.status === 429 || answer.retryAfterSeconds !== undefined;
        if (!isBusy || tried >= retries) throw refusalError(refusal, { server, context, path: call.path });
        await sleep(Math.min(answer.retryAfterSeconds ?? 1, 10) * 1000, undefined, { signal: call.signal });
      } catch (error) {
        call.signal.throwIfAborted();
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
 * Reads a whole answer.
 *
 * @throws {CutOff} if it is not whole: over HTTP/2 undici (8.12) ends a body that was broken off as if it were complete.
 */
export async function whole<T>(answer: ApiAnswer): Promise<T> {
  const body = await text(answer.body);
  if (!answer.isJson) return body as T;
  try {
    return JSON.parse(body) as T;
  } catch (error) {
    if (error instanceof SyntaxError) throw new CutOff('The answer is not whole');
    throw error;
  }
}

/** Splits a body into its lines. What follows the last line end is none: it may be one that was cut in half. */
export async function* linesOf(
  body: AsyncIterable<Uint8Array>,
  { onRest }: { onRest?: ((text: string) => void) | undefined } = {},
): AsyncGenerator<string, void, void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of body) {
    const parts = (rest + decoder.write(chunk)).split('\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  rest += decoder.end();
  if (rest !== '') onRest?.(rest);
}

function isClosedEarly(error: unknown): boolean {
  const { code = '' } = error as { code?: unknown };
  return typeof code === 'string' && /^(UND_ERR_SOCKET|ECONNRESET|EPIPE|ERR_HTTP2_.*)$/.test(code);
}
