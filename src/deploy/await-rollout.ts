import type { Rollout, RolloutProgress } from '../platforms/platform.ts';
import type { Report } from '../shared/report.ts';
import type { Released } from './apply-release.ts';
import { slowestFirst } from './timings.ts';
import type { World } from './world.ts';

/**
 * The fourth stage: waits until every replica is ready, or is known not to get ready.
 *
 * @throws {DeployError} as the platform's `watch`.
 */
export async function awaitRollout(
  { plan, applied }: Pick<Released, 'plan' | 'applied'>,
  {
    platform,
    report,
    signal,
    clock,
    showsStartup,
  }: Pick<World, 'platform' | 'report' | 'signal' | 'clock' | 'showsStartup'>,
): Promise<Rollout> {
  const onProgress = replicasReport(report);
  const rollout = await platform.watch(applied, { timeoutMs: plan.waitTimeoutMs, signal, showsStartup, onProgress });
  for (const text of rollout.changes) report({ kind: 'warning', text });
  if (rollout.outcome.kind !== 'ready') {
    clock.lap('wait');
    return rollout;
  }
  const [last] = slowestFirst(rollout.replicas);
  if (last?.readyAt !== undefined) clock.lap('ready', { at: last.readyAt });
  clock.lap('confirm');
  return rollout;
}

/** Reports replicas as they get on. */
export function replicasReport(report: Report): (progress: RolloutProgress) => void {
  return ({ ready, wanted, pods, trouble, diagnosis }) => {
    const note = trouble?.message ?? diagnosis?.summary;
    report({ kind: 'replicas', ready, wanted, pods, ...(note !== undefined && { note }) });
  };
}
