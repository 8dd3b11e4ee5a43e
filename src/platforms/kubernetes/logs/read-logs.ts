import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod, V1PodList } from '@kubernetes/client-node';
import { refusalStatus } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { timedLine } from './cursor.ts';
import { gapText, instanceOf } from './follower.ts';
import { podReader, type Reading } from './reader.ts';
import { defaultIdleTimeoutMs, type LogOptions } from './follow-logs.ts';
import { labelSelector } from '../manifest/labels.ts';
import { pathOf } from '../api/resource-paths.ts';
import { containerName } from '../manifest/pod-spec.ts';

const tries = 5;

interface StoredOptions extends LogOptions {
  /** True: of the instance before the last restart; pods that were not restarted have none. */
  readonly previous?: boolean;
}

/**
 * Reads what there is of the logs of all pods of an application, one pod after the other.
 *
 * @returns how many pods have such a log.
 * @throws {DeployError} once all others are read, if one could not be read.
 */
export async function readLogs(cluster: Cluster, options: StoredOptions): Promise<number> {
  const { name, signal } = options;
  const query = { labelSelector: labelSelector(name) };
  const path = pathOf('Pod', { namespace: cluster.namespace });
  const { items } = await cluster.request<V1PodList>('GET', path, { query, signal });
  const ends: Reading[] = [];
  const nameOf = (pod: V1Pod): string => pod.metadata?.name ?? '';
  for (const pod of items.toSorted((one, other) => (nameOf(one) < nameOf(other) ? -1 : 1))) {
    ends.push(await readPod(cluster, { ...options, pod }));
  }
  const broken = ends.find(({ end }) => end === 'broken');
  if (broken !== undefined) throw broken.error;
  return ends.filter(({ end }) => end === 'complete').length;
}

async function readPod(
  cluster: Cluster,
  { pod, previous = false, onLine, onNotice, signal, idleTimeoutMs = defaultIdleTimeoutMs, ...begin }: OfPod,
): Promise<Reading> {
  const instance = instanceOf(pod);
  const none: Reading = { end: 'missing', fresh: 0, isWhole: true, restart: 0 };
  if (instance === undefined || (previous && instance.restart === 0)) return none;
  const { restart, isRunning } = instance;
  const name = pod.metadata?.name ?? '';
  const reader = podReader(cluster, {
    pod: name,
    begin,
    signal,
    idleTimeoutMs,
    onLine: (line) => onLine({ ...line, node: pod.spec?.nodeName }),
    onGap: () => onNotice?.(gapText(name)),
  });
  let failures = 0;
  let answers = 0;
  for (;;) {
    const reading = previous
      ? await reader.previous(restart - 1)
      : await reader.current({ restart, follow: false, isNew: false });
    signal.throwIfAborted();
    if (reading.end === 'missing') return none;
    if (reading.end === 'broken') {
      failures = reading.fresh > 0 ? 1 : failures + 1;
      if (failures >= tries) return reading;
      await sleep(100 * 2 ** failures, undefined, { signal });
      continue;
    }
    answers += 1;
    // A first answer may have been cut; but what is written faster than it is read has no end.
    const isAgain = isRunning && answers > 1 && reading.known !== undefined && reading.isWhole;
    if (previous || reading.fresh === 0 || isAgain) return reading;
  }
}

interface OfPod extends Omit<StoredOptions, 'name'> {
  readonly pod: V1Pod;
}

/**
 * The last lines that a replica wrote: of its container that runs now, or (`previous`) of the one before the last restart.
 *
 * @returns nothing where there is no such container, or no log of it any more.
 */
export async function lastLogs(
  cluster: Cluster,
  pod: string,
  { lines, previous = false, signal }: LastOptions,
): Promise<string[]> {
  const path = `${pathOf('Pod', { namespace: cluster.namespace, name: pod })}/log`;
  try {
    const query = { container: containerName, tailLines: lines, previous, timestamps: true };
    const text = await cluster.request<string>('GET', path, { query, signal });
    return text.split('\n').flatMap((line) => timedLine(line)?.text ?? []);
  } catch (error) {
    // 400: it has not started, or has not been restarted.
    if ([400, 404].includes(refusalStatus(error) ?? 0)) return [];
    throw error;
  }
}

interface LastOptions {
  readonly lines: number;
  readonly previous?: boolean;
  readonly signal?: AbortSignal;
}
