import { DeployError } from '../../shared/errors.ts';
import type { Intent } from '../intent.ts';
import type { WatchWorld } from '../platform.ts';
import type { RolloutOutcome, Progress } from '../outcome.ts';
import type { LocalReplica } from './local.ts';

/** Replicas of one name that run. */
export interface Running {
  readonly intent: Intent;
  readonly stop: () => void;
  /** Gives up replicas that are not ready. */
  readonly giveUp: () => void;
  /** Fulfilled once all are ready. */
  readonly ready: Promise<readonly LocalReplica[]>;
  /** Fulfilled once all were stopped; rejected if they cannot become ready. */
  readonly ended: Promise<void>;
}

/**
 * Waits until all are ready, and gives them up once that takes too long.
 *
 * @throws the signal's reason when it ends the waiting; the replicas go on.
 */
export async function outcomeOf(run: Running, { timeoutMs, signal, onProgress }: WatchWorld): Promise<RolloutOutcome> {
  const wanted = run.intent.replicas ?? 1;
  const none: Progress = { ready: 0, wanted, pods: [], old: [] };
  let isLate = false;
  const limit = setTimeout(() => {
    isLate = true;
    run.giveUp();
  }, timeoutMs);
  try {
    const ready = await orAborted(Promise.race([run.ready, run.ended]), signal);
    if (ready === undefined) return { kind: 'deleted' };
    const pods = ready.map(({ name }) => ({ name, state: 'ready' }));
    const progress = { ready: ready.length, wanted, pods, old: [] };
    onProgress?.(progress);
    return { kind: 'ready', progress };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof DeployError)) throw error;
    const { message: summary, hint: nextStep } = error;
    const diagnosis = { cause: isLate ? 'deadline' : 'crash', summary, evidence: [], nextStep };
    return { kind: isLate ? 'timeout' : 'failed', progress: none, diagnosis };
  } finally {
    clearTimeout(limit);
  }
}

/** @throws the signal's reason, if it comes first. */
async function orAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason as Error);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
