import type { Cluster } from '../platforms/kubernetes/api/client.ts';
import { podStart, type PodStart } from '../platforms/kubernetes/pods/pod-identity.ts';
import type { PodTimes } from '../platforms/kubernetes/rollout/pod-times.ts';
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
  cluster: Cluster,
  seen: readonly PodTimes[],
  { port, signal }: { port: number | undefined; signal: AbortSignal },
): Promise<Map<string, PodStart>> {
  if (port === undefined) return new Map();
  const either = AbortSignal.any([signal, AbortSignal.timeout(limitMs)]);
  const slowest = slowestFirst(seen.filter(({ readyAt }) => readyAt !== undefined)).slice(0, asked);
  const answers = await Promise.all(
    slowest.map(async ({ name }): Promise<[string, PodStart][]> => {
      try {
        const start = await podStart(cluster, name, { port, signal: either });
        return start === undefined ? [] : [[name, start]];
      } catch (error) {
        if (either.aborted || error instanceof DeployError) return [];
        throw error;
      }
    }),
  );
  return new Map(answers.flat());
}
