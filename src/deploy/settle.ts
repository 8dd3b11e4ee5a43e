import type { RolloutOutcome } from '../platforms/outcome.ts';
import type { Rollout } from '../platforms/platform.ts';
import type { Released } from './apply-release.ts';
import { autoRollback, type AutoRollback } from './auto-rollback.ts';
import { startTimings } from './start-timings.ts';
import { podTimings, type Timings } from './timings.ts';
import type { World } from './world.ts';

/** How a deploy ended. */
export interface SettledDeploy {
  readonly outcome: RolloutOutcome;
  /** What was done about a rollout that failed. */
  readonly undone?: AutoRollback;
  readonly timings: Timings;
}

/**
 * However short the wait for a new release may be, the one before gets time for its replicas to come back; after an API server
 * was away, the controllers alone take a minute to look again.
 */
const leastRollbackMs = 120_000;

/** The last stage: rolls back what failed, and collects what took how long. */
export async function settle(
  { plan, applied, appliedAt }: Omit<Released, 'release'>,
  { outcome, replicas }: Omit<Rollout, 'changes'>,
  world: Omit<World, 'store' | 'executable' | 'runtimes' | 'stockRunner'>,
): Promise<SettledDeploy> {
  const { platform, report, signal, clock } = world;
  const seen = outcome.kind === 'ready' ? replicas : [];
  const { starts, foreign } = await startTimings(platform, seen, { port: plan.port, scheme: plan.scheme, signal });
  if (foreign.length > 0) {
    const text = `No runner of ours started what answers in ${foreign.join(', ')}: see what self verify says`;
    report({ kind: 'warning', text });
  }
  clock.lap('collect');
  // What is removed in the end goes altogether: nothing of that name was there before.
  const ended = { outcome, isWanted: plan.rollsBack && !plan.removes };
  const timeoutMs = Math.max(plan.waitTimeoutMs, leastRollbackMs);
  const undone = await autoRollback(applied, ended, { ...world, timeoutMs });
  if (undone?.kind === 'rolled-back') clock.lap('rollback');
  const timings = { stages: clock.stages(), pods: podTimings(replicas, starts, { appliedAt }) };
  return { outcome, ...(undone && { undone }), timings };
}
