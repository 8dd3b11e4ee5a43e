import type { ReplicaStart, ReplicaTimes } from '../platforms/outcome.ts';

/**
 * One stage of a deploy. They follow each other, so together they are the whole.
 *
 * `start`: until the cluster has answered first. `check`: a dry run of every object. `link`: what pods read the store with.
 * `ready`: until the last replica that was started is. `confirm`: until the cluster agrees and old pods have ended; `wait`
 * stands for both where a rollout did not succeed. `collect`: for what replicas tell of their start.
 * `rollback`: until the release before is ready again.
 */
export interface StageTiming {
  readonly name:
    | 'start'
    | 'preflight'
    | 'hash'
    | 'check'
    | 'upload'
    | 'link'
    | 'apply'
    | 'ready'
    | 'confirm'
    | 'wait'
    | 'collect'
    | 'rollback';
  readonly ms: number;
}

/**
 * How one replica came up: what each of its stages took, in milliseconds, and when it was ready. A stage is left out where
 * nobody could tell. Those of the watch are good to about 50 ms.
 */
export interface PodTiming {
  readonly name: string;
  readonly node?: string;
  /** From the end of apply until the pod is there. */
  readonly createdMs: number;
  /** From then until a node has it. */
  readonly scheduledMs?: number;
  /** From then until its container runs: image, volumes, network. */
  readonly imageMs?: number;
  readonly fetchMs?: number;
  readonly verifyMs?: number;
  /** From the start of the application until the cluster calls it ready. */
  readonly bootMs?: number;
  /** From the end of apply until it is ready: all of the above. */
  readonly readyMs?: number;
  /** What the runner fetched over the network. */
  readonly fetchedBytes?: number;
}

/** What took how long. */
export interface Timings {
  readonly stages: readonly StageTiming[];
  /** The replicas that this deploy started; the slowest first. */
  readonly pods: readonly PodTiming[];
}

export interface StageClock {
  /** Ends a stage: it began where the one before it ended, the first when the program was started. */
  readonly lap: (name: StageTiming['name'], options?: { at?: number }) => void;
  readonly stages: () => StageTiming[];
}

/** @param now milliseconds since the program was started. */
export function stageClock(now: () => number = () => performance.now()): StageClock {
  const stages: StageTiming[] = [];
  let last = 0;
  return {
    lap(name, { at = now() } = {}) {
      stages.push({ name, ms: Math.round(at) - Math.round(last) });
      last = at;
    },
    stages: () => [...stages],
  };
}

/**
 * Joins what was watched with what replicas say themselves.
 *
 * @param starts by the name of the pod.
 * @param options.appliedAt by the clock of `seen` and `starts`.
 */
export function podTimings(
  seen: readonly ReplicaTimes[],
  starts: ReadonlyMap<string, ReplicaStart>,
  { appliedAt }: { appliedAt: number },
): PodTiming[] {
  return slowestFirst(seen).map((times) => podTiming(times, starts.get(times.name), appliedAt));
}

/** Those that are not ready at all come first. */
export function slowestFirst(seen: readonly ReplicaTimes[]): ReplicaTimes[] {
  return seen.toSorted((one, other) => lateness(other) - lateness(one) || one.name.localeCompare(other.name));
}

function lateness({ readyAt = Number.MAX_VALUE }: ReplicaTimes): number {
  return readyAt;
}

function podTiming(times: ReplicaTimes, start: ReplicaStart | undefined, appliedAt: number): PodTiming {
  const { name, node, createdAt, scheduledAt, readyAt } = times;
  return {
    name,
    ...(node !== undefined && { node }),
    createdMs: between(appliedAt, createdAt),
    ...(scheduledAt !== undefined && { scheduledMs: between(createdAt, scheduledAt) }),
    ...ownStages(times, start),
    ...(readyAt !== undefined && { readyMs: between(appliedAt, readyAt) }),
  };
}

function ownStages(
  { scheduledAt, runningAt, readyAt }: ReplicaTimes,
  start: ReplicaStart | undefined,
): Pick<PodTiming, 'imageMs' | 'fetchMs' | 'verifyMs' | 'bootMs' | 'fetchedBytes'> {
  if (scheduledAt === undefined) return {};
  const watched = runningAt === undefined ? {} : { imageMs: between(scheduledAt, runningAt) };
  // One that began after the pod was ready began again, and tells of that.
  if (start === undefined || readyAt === undefined || start.bootAt > readyAt) return watched;
  const { bootAt, runner } = start;
  const bootMs = between(bootAt, readyAt);
  if (runner === undefined) return { ...watched, bootMs };
  const { fetchMs, verifyMs, fetchedBytes } = runner;
  // The runner began before its kubelet said so.
  return { imageMs: between(scheduledAt, bootAt - fetchMs - verifyMs), fetchMs, verifyMs, bootMs, fetchedBytes };
}

/** Never negative: what is seen late by some milliseconds may seem to come before what it follows. */
function between(from: number, to: number): number {
  return Math.max(0, Math.round(to - from));
}
