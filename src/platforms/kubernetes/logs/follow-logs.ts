import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { DeployError } from '../../../shared/errors.ts';
import type { Cluster } from '../api/client.ts';
import { gapText, type PodFollower, podFollower } from './follower.ts';
import { type LogBegin, podReader } from './reader.ts';
import { labelSelector } from '../manifest/labels.ts';
import { pathOf } from '../api/resource-paths.ts';
import { watch } from '../api/watch.ts';
import type { LogLine } from './cursor.ts';

export interface LogOptions extends LogBegin {
  /** The application's. */
  readonly name: string;
  readonly signal: AbortSignal;
  /** No more is read before a promise that it returns is kept. */
  readonly onLine: (line: LogLine) => void | Promise<void>;
  /** Called with what a reader should know: that lines may be missing, or that nothing can be read for a while. */
  readonly onNotice?: (text: string) => void;
  /** A pod that is silent for longer is asked anew, before something on the way forgets the connection. */
  readonly idleTimeoutMs?: number;
}

/** Load balancers and proxies forget connections that were silent for four to ten minutes. */
export const defaultIdleTimeoutMs = 180_000;

/** An API server that has just started may refuse for a moment what it allows. */
const patience = 5;

/**
 * Follows the logs of all pods of an application, of those too that come or restart later, each line once, until the signal
 * ends it. Dropped connections are resumed where they broke off. `sinceSeconds` and `tail` are about the pods that are there
 * already.
 *
 * @throws {DeployError} `cluster-denied` or `cluster-unreachable` if that fails at the start.
 */
export async function followLogs(cluster: Cluster, options: LogOptions): Promise<void> {
  const { signal, onNotice = () => undefined } = options;
  const open = new Map<string, { readonly follower: PodFollower; pod: V1Pod }>();
  const ended: Promise<void>[] = [];
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const trouble = troubleTeller(onNotice);
  let isNew = false;
  let denials = 0;

  function follow(uid: string, pod: V1Pod): void {
    const known = open.get(uid);
    if (known !== undefined) {
      known.pod = pod;
      return known.follower.see(pod);
    }
    const name = pod.metadata?.name ?? '';
    const begin = isNew ? {} : { sinceSeconds: options.sinceSeconds, tail: options.tail };
    const reader = podReader(cluster, {
      pod: name,
      begin,
      signal: either,
      idleTimeoutMs: options.idleTimeoutMs ?? defaultIdleTimeoutMs,
      onLine: (line) => options.onLine({ ...line, node: followed.pod.spec?.nodeName }),
      onGap: () => onNotice(gapText(name)),
    });
    const followed = { follower: podFollower(reader, { pod: name, isNew, signal: either, onNotice }), pod };
    open.set(uid, followed);
    ended.push(followed.follower.ended.catch((error: unknown) => failed.abort(error)));
    followed.follower.see(pod);
  }

  function onChange(pods: ReadonlyMap<string, V1Pod>): void {
    for (const [uid, pod] of pods) follow(uid, pod);
    for (const [uid, { follower }] of open) {
      if (pods.has(uid)) continue;
      follower.see(undefined);
      open.delete(uid);
    }
    isNew = true;
    denials = 0;
  }

  try {
    while (!either.aborted) {
      try {
        const query = { labelSelector: labelSelector(options.name) };
        const path = pathOf('Pod', { namespace: cluster.namespace });
        await watch<V1Pod>(cluster, path, { query, signal: either, onTrouble: trouble, onChange });
      } catch (error) {
        if (either.aborted) break;
        denials += error instanceof DeployError && error.code === 'cluster-denied' ? 1 : 0;
        if (!isNew || !(error instanceof DeployError) || denials > patience) throw error;
        trouble(error);
        await sleep(1_000, undefined, { signal: either });
      }
    }
    if (failed.signal.aborted) throw failed.signal.reason;
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    failed.abort();
    await Promise.all(ended);
  }
}

/** Tells that the cluster is away, and that it is back: each once. */
function troubleTeller(onNotice: (text: string) => void): (trouble: DeployError | undefined) => void {
  let isAway = false;
  return (trouble) => {
    if (isAway === (trouble !== undefined)) return;
    isAway = trouble !== undefined;
    onNotice(trouble === undefined ? 'The cluster answers again' : `${trouble.message}; it is tried again`);
  };
}
