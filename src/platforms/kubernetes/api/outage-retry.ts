import { setTimeout as sleep } from 'node:timers/promises';
import { DeployError } from '../../../shared/errors.ts';
import { isOutage, refusalStatus } from './api-error.ts';
import type { ApiCall } from './transport.ts';

/** A cluster that stopped answering in the middle of the work. */
interface Trouble {
  readonly error: DeployError;
  /** How long it is asked again. */
  readonly limitMs: number;
}

/** Called when a cluster stops answering, and with undefined once it answers again. */
export type OnTrouble = (trouble: Trouble | undefined) => void;

/** Where nothing was changed yet, the user may just as well run it again. */
const limitBeforeMs = 15_000;
/** An API server that restarts, also one of few replicas, is back by then; half a job is worse than a wait. */
const limitAfterMs = 120_000;
const longestPauseMs = 2_000;
/** An API server that has just started answers before it has read who may do what: its informers take a few seconds. */
const settlingMs = 15_000;

/** Makes an attempt, and makes it again while the cluster does not answer. */
export type OutageRetry = <T>(call: ApiCall, attempt: () => Promise<T>) => Promise<T>;

/**
 * The patience with one cluster, for all its calls: none before its first answer, since an address may be wrong; little before
 * the first call that changes something; much from then on. Every call that we make may be made twice.
 *
 * @param options.hurry aborts when the user wants to end: what is still to be done then (`--rm` deletes) is tried once.
 * @param options.closed aborts when we end the connection ourselves, as when one of several calls was refused: that is no trouble.
 */
export function outageRetry({
  onTrouble = () => undefined,
  hurry,
  closed,
}: {
  readonly onTrouble?: OnTrouble | undefined;
  readonly hurry?: AbortSignal | undefined;
  readonly closed: AbortSignal;
}): OutageRetry {
  let hasAnswered = false;
  let hasChanged = false;
  let isAway = false;
  let outageAt = -Infinity;

  return async (call, attempt) => {
    hasChanged ||= changes(call);
    const startedAt = performance.now();
    for (let pauseMs = 250; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
      try {
        const got = await attempt();
        hasAnswered = true;
        if (isAway) onTrouble(undefined);
        isAway = false;
        return got;
      } catch (error) {
        closed.throwIfAborted();
        call.signal.throwIfAborted();
        if (isOutage(error)) outageAt = performance.now();
        const isPatient = call.isPatient === true && hasAnswered && hurry?.aborted !== true;
        const isSettling = performance.now() - outageAt < settlingMs;
        if (!isPatient || !(isOutage(error) || (isSettling && isDenial(error)))) throw error;
        const limitMs = hasChanged ? limitAfterMs : limitBeforeMs;
        if (performance.now() - startedAt >= limitMs) throw hasChanged ? halfway(error) : error;
        if (!isAway) onTrouble({ error, limitMs });
        isAway = true;
      }
      await sleep(pauseMs, undefined, { signal: call.signal });
    }
  };
}

/** True where an API server has refused a right or a credential, and not what is asked. */
function isDenial(error: unknown): error is DeployError {
  return error instanceof DeployError && error.code === 'cluster-denied' && refusalStatus(error) !== undefined;
}

/** True of what leaves something behind; questions about rights and identity are asked by POST. */
export function changes({ method, path }: Pick<ApiCall, 'method' | 'path'>): boolean {
  return method !== 'GET' && !/[?&]dryRun=All\b|reviews$/.test(path);
}

function halfway({ code, message, cause }: DeployError): DeployError {
  const limit = `${limitAfterMs / 1000} s`;
  return new DeployError(code, `${message}, for ${limit}`, {
    hint: 'Once it answers, the same command finishes the job.',
    cause,
  });
}
