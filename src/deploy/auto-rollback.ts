import type { RolloutOutcome } from '../platforms/outcome.ts';
import type { Applied } from '../platforms/platform.ts';
import { short } from '../shared/digest.ts';
import { replicasReport } from './await-rollout.ts';
import type { World } from './world.ts';

export interface AutoRollbackWorld extends Pick<World, 'platform' | 'report' | 'signal' | 'showsStartup' | 'onStage'> {
  /** How long to wait for the earlier release. */
  readonly timeoutMs: number;
}

/** What was done about a rollout that failed. */
export type AutoRollback =
  /** Left as it is: that was wanted, or there was no earlier release that was ready. */
  | { readonly kind: 'left' | 'nothing-before' }
  /** Someone else changed or deleted it in the meantime: theirs is left alone. */
  | { readonly kind: 'changed' | 'deleted' }
  | {
      readonly kind: 'rolled-back';
      readonly release: string;
      /** Its number until then. */
      readonly revision: number;
      readonly outcome: RolloutOutcome;
    };

/**
 * Rolls a failed rollout back to the last release that was ready, and waits for that.
 *
 * @param ended `isWanted`: false with `--no-rollback`.
 * @returns undefined where there is nothing to roll back: it did not fail.
 */
export async function autoRollback(
  applied: Applied,
  { outcome, isWanted }: { readonly outcome: RolloutOutcome; readonly isWanted: boolean },
  { platform, report, signal, showsStartup, onStage, timeoutMs }: AutoRollbackWorld,
): Promise<AutoRollback | undefined> {
  if (outcome.kind !== 'failed' && outcome.kind !== 'timeout') return undefined;
  const { canRollBack } = applied;
  onStage?.({ at: 'failed', canRollBack, outcome });
  if (!isWanted) return { kind: 'left' };
  if (platform.rollBack === undefined) return { kind: 'nothing-before' };

  signal.throwIfAborted();
  const onChange = (): void => onStage?.({ at: 'rolling back', canRollBack });
  const back = await platform.rollBack(applied, { signal, onChange });
  if (back.kind !== 'rolled-back') return back;
  const { release, revision } = back;
  onStage?.({ at: 'rolled back', release });
  report({
    kind: 'step',
    text: `Going back to release ${short(release)} (revision ${revision}), the last that was ready`,
  });
  const onProgress = replicasReport(report);
  const again = await platform.watch(back.applied, { timeoutMs, signal, showsStartup, onProgress });
  return { kind: 'rolled-back', release, revision, outcome: again.outcome };
}
