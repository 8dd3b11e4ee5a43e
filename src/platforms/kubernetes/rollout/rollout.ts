import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import type { Digest } from '../../../shared/digest.ts';
import type { DeployError } from '../../../shared/errors.ts';
import type { Cluster } from '../api/client.ts';
import type { Diagnosis } from '../diagnose/diagnose.ts';
import { evidenceFor } from '../diagnose/evidence.ts';
import type { Evidence, RolloutOutcome } from '../../outcome.ts';
import type { RolloutProgress } from '../../platform.ts';
import { judgeOf, type Verdict } from './verdict.ts';
import { observe } from './observe.ts';
import type { Observed } from '../pods/pod-view.ts';
import { withStarts } from './start-progress.ts';

export interface RolloutOptions {
  readonly name: string;
  readonly release: Digest;
  /** What its pods are to be made from; absent: whatever is of that release. */
  readonly template?: V1PodTemplateSpec | undefined;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Called whenever something moved. */
  readonly onProgress?: ((progress: RolloutProgress) => void) | undefined;
  /** True if `onProgress` is also to get what the runners of replicas do: some calls more. */
  readonly showsStartup?: boolean | undefined;
  /** Called with every observation before it is judged. */
  readonly onObserved?: (observed: Observed, nowMs: number) => void;
}

type Ending = Exclude<Verdict, { kind: 'waiting' }> | { readonly kind: 'timeout' | 'deleted' };

/** How long collecting evidence may take: the cause is known already. */
const evidenceTimeoutMs = 5_000;

/**
 * Waits until every replica of a release is ready and no other pod of the application is left, by watching. The number of
 * replicas is the Deployment's own. Ends early when a diagnosis says that waiting is in vain.
 *
 * @throws {DeployError} `cluster-denied` or `cluster-unreachable` if watching cannot begin. The signal's reason when it ends it.
 */
export async function watchRollout(cluster: Cluster, options: RolloutOptions): Promise<RolloutOutcome> {
  const { name, release, template, signal, timeoutMs, showsStartup = false, onObserved } = options;
  const { promise: ending, resolve: end } = Promise.withResolvers<Ending>();
  const done = new AbortController();
  const either = AbortSignal.any([signal, done.signal]);
  const { onProgress: plain = () => undefined } = options;
  const onProgress = showsStartup ? withStarts(cluster, { signal: either, onProgress: plain }) : plain;
  const judge = judgeOf(release, template);
  let observed: Observed | undefined;
  let latest: Extract<Verdict, { kind: 'waiting' }> | undefined;
  let trouble: DeployError | undefined;
  let reported = '';

  function look(): void {
    if (observed === undefined) return;
    const verdict = judge(observed, performance.now());
    if (verdict.kind !== 'waiting') return end(verdict);
    latest = verdict;
    report();
  }

  function report(): void {
    if (latest === undefined) return;
    const { progress, diagnosis } = latest;
    const now = { ...progress, ...(diagnosis && { diagnosis }), ...(trouble && { trouble }) };
    const text = JSON.stringify(now);
    if (text !== reported) onProgress(now);
    reported = text;
  }

  const watching = observe(cluster, {
    name,
    signal: either,
    onChange(found) {
      observed = found;
      if (found === undefined) end({ kind: 'deleted' });
      else {
        onObserved?.(found, performance.now());
        look();
      }
    },
    onTrouble(reason) {
      trouble = reason;
      report();
    },
  });
  // How long a cause lasts changes without news.
  const clock = setInterval(look, 1_000);
  const limit = setTimeout(() => end({ kind: 'timeout' }), timeoutMs);
  try {
    const ended = await Promise.race([ending, watching]);
    if (ended.kind !== 'timeout' && ended.kind !== 'failed') {
      if (ended.kind === 'ready') plain(ended.progress);
      return ended;
    }
    const { kind: _kind, ...last } = ended.kind === 'failed' ? ended : (latest ?? { kind: 'waiting' });
    const evidence = await evidenceOf(cluster, { observed, ...last, signal });
    return { ...last, ...ended, ...(evidence && { evidence }) };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    clearInterval(clock);
    clearTimeout(limit);
    done.abort();
    await watching.catch(() => undefined);
  }
}

async function evidenceOf(
  cluster: Cluster,
  { observed, diagnosis, signal }: { observed: Observed | undefined; diagnosis?: Diagnosis; signal: AbortSignal },
): Promise<Evidence | undefined> {
  const pod = observed?.pods.find(({ metadata }) => metadata?.name === diagnosis?.pod);
  if (pod === undefined) return undefined;
  return evidenceFor(cluster, pod, { signal: AbortSignal.any([signal, AbortSignal.timeout(evidenceTimeoutMs)]) });
}
