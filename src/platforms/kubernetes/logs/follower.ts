import type { V1Pod } from '@kubernetes/client-node';
import { DeployError } from '../../../shared/errors.ts';
import { refusalStatus } from '../api/api-error.ts';
import type { PodReader, Reading } from './reader.ts';
import { applicationOf } from '../pods/pod-view.ts';

/** Reads one pod's logs, through all its restarts, until the pod is gone. */
export interface PodFollower {
  /** Tells it how the pod is now; undefined: gone. */
  see(pod: V1Pod | undefined): void;
  /** Rejects if the logs may not be read. */
  readonly ended: Promise<void>;
}

export interface FollowerOptions {
  readonly pod: string;
  readonly isNew: boolean;
  readonly signal: AbortSignal;
  readonly onNotice: (text: string) => void;
}

const shortestPauseMs = 200;
const longestPauseMs = 2_000;
/** An API server that has just started may refuse for a moment what it allows. */
const patience = 5;

export function podFollower(reader: PodReader, options: FollowerOptions): PodFollower {
  const { pod: name, isNew, signal, onNotice } = options;
  let latest: V1Pod | undefined;
  let isGone = false;
  let wake = (): void => {};
  signal.addEventListener('abort', () => wake(), { once: true });

  let reached: number | undefined;
  let finished = -1;
  let failures = 0;
  let isCut = false;
  let hasRead = false;
  let pauseMs = 0;

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const now = instanceOf(latest);
      if (now !== undefined && now.restart > finished) await attempt(now);
      else if (isGone) return;
      else await news();
    }
  }

  async function attempt({ restart, isRunning }: Instance): Promise<void> {
    const hasEnded = isGone || !isRunning;
    const startedAt = performance.now();
    const before = await rest(restart);
    const reading = before?.end === 'broken' ? before : await reader.current({ restart, follow: !hasEnded, isNew });
    judge(reading);
    // Only an answer without news is the end of the log; the end of one may be a cut.
    const isDone = hasEnded && (reading.end === 'missing' || (reading.end === 'complete' && reading.fresh === 0));
    if (isDone) {
      finished = Math.max(restart, reading.restart - 1);
      reader.finished(finished);
      return;
    }
    const isQuick = reading.fresh === 0 && performance.now() - startedAt < longestPauseMs;
    pauseMs = isQuick ? Math.min(longestPauseMs, Math.max(shortestPauseMs, pauseMs * 2)) : 0;
    if (pauseMs > 0) await news(pauseMs);
  }

  /** What was not read yet of the instance before, once its successor is known. */
  async function rest(restart: number): Promise<Reading | undefined> {
    const unread = Math.max(reached ?? (isNew ? 0 : restart), finished + 1);
    if (restart <= unread) {
      reached = restart;
      return undefined;
    }
    const reading = await reader.previous(restart - 1);
    if (reading.end === 'broken') return reading;
    reached = restart;
    if (restart - unread > 1) onNotice(gapText(name));
    return reading;
  }

  function judge({ end, fresh, error }: Reading): void {
    if (end === 'missing' && isGone && isCut) {
      onNotice(`The last lines of ${name} may be missing: it was deleted while they could not be read`);
    }
    hasRead ||= end === 'complete' || fresh > 0;
    isCut = end === 'broken' && !signal.aborted;
    failures = isCut && fresh === 0 ? failures + 1 : 0;
    if (!(error instanceof DeployError) || failures === 0) return;
    if (error.code === 'cluster-denied' && (!hasRead || failures > patience)) throw error;
    // That the cluster cannot be reached is told once, not for every pod.
    if (failures === patience && refusalStatus(error) !== undefined) onNotice(`${error.message}; it is tried again`);
  }

  /** Waits until the pod changes, or for so long. */
  async function news(milliseconds?: number): Promise<void> {
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  return {
    see(pod) {
      latest = pod ?? latest;
      isGone = pod === undefined;
      wake();
    },
    ended: run(),
  };
}

export function gapText(pod: string): string {
  return `Lines of ${pod} may be missing: its log was rotated, or it restarted more than once, while it could not be read`;
}

interface Instance {
  readonly restart: number;
  readonly isRunning: boolean;
}

/** The newest instance of the pod's container that has begun to write, if any. */
export function instanceOf(pod: V1Pod | undefined): Instance | undefined {
  const { state, lastState, restartCount = 0 } = applicationOf(pod) ?? {};
  const hasBegun = state?.running ?? state?.terminated ?? lastState?.terminated;
  return hasBegun ? { restart: restartCount, isRunning: state?.running !== undefined } : undefined;
}
