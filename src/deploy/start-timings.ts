import type { Platform } from '../platforms/platform.ts';
import type { ReplicaStart, ReplicaTimes } from '../platforms/outcome.ts';
import { DeployError } from '../shared/errors.ts';
import { slowestFirst } from './timings.ts';

/** So many are asked, however many there are: calls do not grow with replicas. */
const asked = 5;
/** It only explains: a deploy that is done does not wait for it, nor is it undone when the signal ends the asking. */
const limitMs = 1_000;

interface StartTimings {
  /** By the name of the pod; without those that may not be asked or do not answer. */
  readonly starts: ReadonlyMap<string, ReplicaStart>;
  /** Those that answer, and not as what a runner of ours has started. */
  readonly foreign: readonly string[];
}

/** Asks the slowest replicas what they took to start, at once and not for long. */
export async function startTimings(
  { startOf }: Pick<Platform, 'startOf'>,
  seen: readonly ReplicaTimes[],
  { port, scheme, signal }: { port: number | undefined; scheme?: 'https' | undefined; signal: AbortSignal },
): Promise<StartTimings> {
  if (port === undefined || startOf === undefined) return { starts: new Map(), foreign: [] };
  const either = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const slowest = slowestFirst(seen.filter(({ readyAt }) => readyAt !== undefined)).slice(0, asked);
  const answers = await Promise.all(
    slowest.map(async ({ name }) => {
      try {
        return { name, start: await startOf(name, { port, scheme, signal: either }) };
      } catch (error) {
        if (either.aborted || error instanceof DeployError) return undefined;
        throw error;
      }
    }),
  );
  const given = answers.filter((answer) => answer !== undefined);
  return {
    starts: new Map(given.flatMap(({ name, start }) => (start === undefined ? [] : [[name, start] as const]))),
    foreign: given.filter(({ start }) => start?.runner === undefined).map(({ name }) => name),
  };
}
