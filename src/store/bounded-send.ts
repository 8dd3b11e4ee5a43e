import { eitherSignal } from '../shared/signal.ts';

/** Begins one send, once there is room for it; what it throws ends the reading, too. */
export type Begin = (send: () => Promise<unknown>) => Promise<void>;

/**
 * Reads, and sends beside it what was read: at most so many at once. The first that fails ends all others, and its error is
 * the error of all; nothing is under way any more when this ends.
 *
 * @param read what it reads from has to end with the signal that it gets.
 */
export async function boundedSend(
  { atOnce, signal }: { readonly atOnce: number; readonly signal: AbortSignal | undefined },
  read: (stop: AbortSignal, begin: Begin) => Promise<void>,
): Promise<void> {
  const failure = new AbortController();
  const stop = eitherSignal(failure.signal, signal);
  const sending = new Set<Promise<void>>();
  const begin: Begin = async (send) => {
    while (sending.size >= atOnce) await Promise.race(sending);
    stop.throwIfAborted();
    const sent: Promise<void> = send()
      .then(() => undefined)
      .catch((error: unknown) => failure.abort(error))
      .finally(() => sending.delete(sent));
    sending.add(sent);
  };
  try {
    await read(stop, begin);
    await Promise.all(sending);
    stop.throwIfAborted();
  } catch (error) {
    // An aborted read says only that it was aborted; the reason is with the signal.
    const reason: unknown = stop.aborted ? stop.reason : error;
    failure.abort(reason);
    throw reason;
  } finally {
    await Promise.all(sending);
  }
}
