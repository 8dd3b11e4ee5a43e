import pRetry from 'p-retry';
import { DeployError } from '../shared/errors.ts';
import { eitherSignal } from '../shared/signal.ts';

/** One attempt. `alive` is to be called whenever bytes move: only a request that stands still is given up. */
export type Send<T> = (signal: AbortSignal, alive: () => void) => Promise<T>;

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  readonly tries?: number;
  readonly stallMs?: number;
}

interface Service {
  /** For people. */
  readonly address: string;
  /** What to do if it does not answer. */
  readonly hint: string;
  /** True for a failure after which another attempt may succeed. */
  readonly isPassing: (error: Error) => boolean;
}

/**
 * Sends a request, and again if the network or the service failed in passing, or stood still.
 *
 * @throws {DeployError} `store-unreachable` if it stood still each time; else what the last attempt threw, or the signal's reason.
 */
export async function retried<T>(
  send: Send<T>,
  service: Service,
  { signal, tries = 4, stallMs = 20_000 }: CallOptions,
): Promise<T> {
  return pRetry(async () => unlessStalled(send, service, { signal, stallMs }), {
    retries: tries - 1,
    minTimeout: 250,
    maxTimeout: 4_000,
    randomize: true,
    shouldRetry: ({ error }) => error instanceof StallError || service.isPassing(error),
    signal,
  });
}

async function unlessStalled<T>(
  send: Send<T>,
  service: Service,
  { signal, stallMs }: { signal: AbortSignal | undefined; stallMs: number },
): Promise<T> {
  const stalled = new AbortController();
  const timer = setTimeout(() => stalled.abort(), stallMs);
  try {
    return await send(eitherSignal(stalled.signal, signal), () => timer.refresh());
  } catch (error) {
    if (stalled.signal.aborted && signal?.aborted !== true) throw new StallError(service, stallMs);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

class StallError extends DeployError {
  constructor({ address, hint }: Service, stallMs: number) {
    super('store-unreachable', `${address} did not answer within ${stallMs / 1000} s`, { hint });
  }
}
