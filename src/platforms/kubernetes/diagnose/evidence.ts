import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import { DeployError } from '../../../shared/errors.ts';
import type { Cluster } from '../api/client.ts';
import { eventLines } from './diagnose.ts';
import { restarts } from './finding.ts';
import { lastLogs } from '../logs/read-logs.ts';
import { pathOf } from '../api/resource-paths.ts';
import { applicationOf } from '../pods/pod-view.ts';
import type { Evidence } from '../../outcome.ts';

/** Enough to see a stack trace in. */
const lines = 20;

/** Reads what tells most about a failure: the last lines of the container that failed, and the warnings about its pod. */
export async function evidenceFor(
  cluster: Cluster,
  pod: V1Pod,
  { signal }: { signal: AbortSignal },
): Promise<Evidence> {
  const { name = '', uid = '' } = pod.metadata ?? {};
  // One that runs again has not failed yet: its predecessor has, if its log is still there.
  const runsAgain = applicationOf(pod)?.state?.running !== undefined && restarts(pod) > 0;
  const [current, previous, events] = await Promise.all([
    unlessUnavailable(lastLogs(cluster, name, { lines, signal }), []),
    runsAgain ? unlessUnavailable(lastLogs(cluster, name, { lines, previous: true, signal }), []) : [],
    unlessUnavailable(eventsAbout(cluster, { uid, signal }), []),
  ]);
  const isPrevious = previous.length > 0;
  const logs = isPrevious ? previous : current;
  return { logs, isPrevious, events: eventLines(events) };
}

async function eventsAbout(
  cluster: Cluster,
  { uid, signal }: { uid: string; signal: AbortSignal },
): Promise<CoreV1Event[]> {
  const path = pathOf('Event', { namespace: cluster.namespace });
  const query = { fieldSelector: `involvedObject.uid=${uid}` };
  const { items } = await cluster.request<{ items: CoreV1Event[] }>('GET', path, { query, signal });
  return items.sort((one, other) => timeOf(one) - timeOf(other));
}

function timeOf({ lastTimestamp, eventTime, metadata }: CoreV1Event): number {
  return new Date(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0).getTime();
}

/** The cause is told without evidence rather than not at all. */
async function unlessUnavailable<T>(reading: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof DeployError || isTimeout(error)) return otherwise;
    throw error;
  }
}

/** What `AbortSignal.timeout()` throws. */
function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}
