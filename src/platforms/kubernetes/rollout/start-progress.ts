import { DeployError } from '../../../shared/errors.ts';
import type { Cluster } from '../api/client.ts';
import type { Progress, ReplicaView } from '../../outcome.ts';
import { pathOf } from '../api/resource-paths.ts';
import { containerName } from '../manifest/pod-spec.ts';
import { startingState } from '../pods/pod-view.ts';

/** The API shows a container that runs, and not what its runner does: that stands in its log. So many are read at a time, */
const atOnce = 5;
/** and so many in all: calls do not grow with replicas. */
const inAll = 20;

/** The last thing that a runner does before the application is there. */
const booting = 'booting';

interface StartsOptions<P extends Progress> {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: P) => void;
}

/**
 * Adds to the replicas that start what their runners say, as `detail`, and tells of that as it changes. It only explains: a log
 * that cannot be read is left out.
 *
 * @returns what is to be told of progress instead of `onProgress`.
 */
export function withStarts<P extends Progress>(
  cluster: Pick<Cluster, 'namespace' | 'lines'>,
  { signal, onProgress }: StartsOptions<P>,
): (progress: P) => void {
  const details = new Map<string, string>();
  /** One reading for each start: what cannot be read now is not asked for again and again. */
  const begun = new Set<string>();
  const reading = new Map<string, AbortController>();
  let latest: P | undefined;
  let left = inAll;

  function tell(): void {
    if (latest === undefined || signal.aborted) return;
    onProgress({ ...latest, pods: latest.pods.map(detailed) });
  }

  function detailed(pod: ReplicaView): ReplicaView {
    const detail = details.get(pod.name);
    return detail === undefined ? pod : { ...pod, detail };
  }

  function begin({ name }: ReplicaView): void {
    const isOver = new AbortController();
    left -= 1;
    begun.add(name);
    reading.set(name, isOver);
    void read(name, AbortSignal.any([signal, isOver.signal])).finally(() => {
      if (reading.get(name) === isOver) reading.delete(name);
      fill();
    });
  }

  async function read(name: string, until: AbortSignal): Promise<void> {
    const path = `${pathOf('Pod', { namespace: cluster.namespace, name })}/log`;
    try {
      for await (const line of cluster.lines(path, {
        query: { container: containerName, follow: true },
        signal: until,
      })) {
        const detail = startIn(line);
        if (detail === undefined) continue;
        details.set(name, detail);
        tell();
        if (detail === booting) return;
      }
    } catch (error) {
      if (until.aborted) return;
      if (!(error instanceof DeployError)) throw error;
      // It goes on unseen.
      details.delete(name);
      tell();
    }
  }

  function fill(): void {
    for (const pod of latest?.pods ?? []) {
      if (signal.aborted || left === 0 || reading.size >= atOnce) return;
      if (pod.state === startingState && !begun.has(pod.name)) begin(pod);
    }
  }

  return (progress) => {
    latest = progress;
    const starting = new Set(progress.pods.filter(({ state }) => state === startingState).map(({ name }) => name));
    for (const name of begun) {
      if (starting.has(name)) continue;
      begun.delete(name);
      details.delete(name);
      reading.get(name)?.abort();
    }
    fill();
    tell();
  };
}

/**
 * What a line of a container's log says of its start.
 *
 * @returns undefined for a line that says nothing of it, such as the application's.
 */
export function startIn(line: string): string | undefined {
  const [, said] = /^selfsame runner: (.*)/.exec(line) ?? [];
  if (said === undefined) return undefined;
  if (/\bverified [0-9a-f]{12}\b/.test(said)) return booting;
  if (said.startsWith('fetched ')) return 'verifying';
  const [, here, whole, percent] = /^([\d.]+) of ([\d.]+) MB are here \((\d+) %\)$/.exec(said) ?? [];
  if (percent !== undefined) return `${percent} %, ${here} of ${whole} MB`;
  const [, pause] = /; trying again in (\d+) s\b/.exec(said) ?? [];
  if (pause !== undefined) return `trying again in ${pause} s`;
  return said.startsWith('fetching ') ? 'fetching' : undefined;
}
