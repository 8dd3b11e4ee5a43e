import { eitherSignal } from '../shared/signal.ts';

/**
 * Runs steps at once; the first that fails ends the others, and its error is the error of all. None is under way any more when
 * this ends.
 */
export async function inParallel<T>(
  signal: AbortSignal | undefined,
  steps: readonly ((signal: AbortSignal) => Promise<T>)[],
): Promise<T[]> {
  const failure = new AbortController();
  const stop = eitherSignal(failure.signal, signal);
  const failed = (error: unknown): never => {
    failure.abort(error);
    throw error;
  };
  const running = steps.map(async (step) => step(stop).catch(failed));
  await Promise.allSettled(running);
  if (failure.signal.aborted) throw failure.signal.reason;
  return Promise.all(running);
}
