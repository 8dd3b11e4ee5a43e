import type { Platform } from '../platforms/platform.ts';
import type { ReplicaStart, ReplicaTimes } from '../platforms/outcome.ts';
import { DeployError } from '../shared/errors.ts';
import { slowestFirst } from './timings.ts';

/** So many are asked, however many there are: calls do not grow with replicas. */
const asked = 5;
/** It only explains: a deploy that is done does not wait for it, nor is it undone when the signal ends the asking. */
const limitMs = 1_000;

/**
 * Asks the slowest replicas what they took to start, at once and not for long.
 *
 * @returns by the name of the pod; without those that may not be asked or do not answer.
 */
export async function startTimings(
  { startOf }: Pick<Platform, 'startOf'>,
  seen: readonly ReplicaTimes[],
  { port, scheme, signal }: { port: number | undefined; scheme?: 'https' | undefined; signal: AbortSignal },
): Promise<Map<string, ReplicaStart>> {
  if (port === undefined || startOf === undefined) return new Map();
  const either = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const slowest = slowestFirst(seen.filter(({ readyAt }) => readyAt !== undefined)).slice(0, asked);
  const answers = await Promise.all(
    slowest.map(async ({ name }): Promise<[string, ReplicaStart][]> => {
      try {
        const start = await startOf(name, { port, scheme, signal: either });
        return start === undefined ? [] : [[name, start]];
      } catch (error) {
        if (either.aborted || error instanceof DeployError) return [];
        throw error;
      }
    }),
  );
  return new Map(answers.flat());
}
