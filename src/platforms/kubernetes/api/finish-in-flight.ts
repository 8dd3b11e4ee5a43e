/** A server that has not answered by then is not waited for: whether it did what it was asked stays unknown. */
const graceMs = 3_000;

/**
 * Runs what should come to its end once it has begun: a change that is broken off on its way may be made all the same, and
 * nobody would know.
 *
 * @param run gets a signal that aborts some seconds after the one given.
 * @throws the signal's reason if it has aborted before.
 */
export async function finishInFlight<T>(signal: AbortSignal, run: (late: AbortSignal) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer = setTimeout(() => late.abort(signal.reason), graceMs);
  };
  signal.addEventListener('abort', begin, { once: true });
  try {
    return await run(late.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', begin);
  }
}
