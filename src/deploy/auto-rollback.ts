import type { V1PodTemplateSpec } from '@kubernetes/client-node';
import type { Cluster } from '../platforms/kubernetes/api/client.ts';
import type { Revision } from '../platforms/kubernetes/rollout/history.ts';
import { askDeployedBy } from '../platforms/kubernetes/manifest/deployed-by.ts';
import { isSameTemplate, rollBack } from '../platforms/kubernetes/rollout/roll-back.ts';
import { type RolloutOutcome, type RolloutProgress, watchRollout } from '../platforms/kubernetes/rollout/rollout.ts';
import { type Digest, short } from '../shared/digest.ts';
import type { Report } from '../shared/report.ts';

/** A rollout that came to its end, well or not. */
export interface EndedRollout {
  readonly name: string;
  readonly outcome: RolloutOutcome;
  /** What this run made the pods from: whatever else is there, someone else put there. */
  readonly template: V1PodTemplateSpec | undefined;
  /** The last version that was ready when it began, if one was. */
  readonly before: Revision | undefined;
  /** False with `--no-rollback`. */
  readonly isWanted: boolean;
}

export interface AutoRollbackWorld {
  readonly cluster: Cluster;
  readonly report: Report;
  /** True if what the runners of replicas do is to be told, too: for someone who looks at it. */
  readonly tellsStarts?: boolean;
  readonly signal: AbortSignal;
  /** How long to wait for the earlier version. */
  readonly timeoutMs: number;
  /** Told when a rollout failed and before anything is undone: the cause comes first. */
  readonly onFailed?: (outcome: RolloutOutcome) => void;
  /** Told right before the Deployment is changed. */
  readonly onUndo?: () => void;
  /** Told when the earlier version is wanted again. */
  readonly onUndone?: (to: Revision) => void;
}

/** What was done about a rollout that failed. */
export type AutoRollback =
  /** Left as it is: that was wanted, or there was no earlier version that was ready. */
  | { readonly kind: 'left' | 'nothing-before' }
  /** Someone else changed or deleted it meanwhile: theirs is left alone. */
  | { readonly kind: 'changed' | 'deleted' }
  | {
      readonly kind: 'rolled-back';
      readonly release: string;
      /** Its number until then. */
      readonly revision: number;
      readonly outcome: RolloutOutcome;
    };

/**
 * Goes back from a rollout that failed to the last version that was ready, and waits for it.
 *
 * @returns undefined where there is nothing to undo: it did not fail.
 */
export async function autoRollback(
  { name, outcome, template, before, isWanted }: EndedRollout,
  { cluster, report, tellsStarts, signal, timeoutMs, onFailed, onUndo, onUndone }: AutoRollbackWorld,
): Promise<AutoRollback | undefined> {
  if (outcome.kind !== 'failed' && outcome.kind !== 'timeout') return undefined;
  onFailed?.(outcome);
  if (!isWanted) return { kind: 'left' };
  // The very version that was ready before and is no longer: there is no other.
  if (before === undefined || template === undefined || isSameTemplate(before.template, template))
    return { kind: 'nothing-before' };

  signal.throwIfAborted();
  const origin = await askDeployedBy(cluster, { signal });
  const changed = await rollBack(cluster, { name, to: before, from: template, origin, signal, onChange: onUndo });
  if (changed !== 'done') return { kind: changed };
  onUndone?.(before);
  const { revision } = before;
  const release = before.release as Digest;
  report({
    kind: 'step',
    stage: 'undo',
    text: `Going back to release ${short(release)} (revision ${revision}), the last that was ready`,
  });
  const onProgress = replicasReport(report);
  const again = await watchRollout(cluster, { name, release, timeoutMs, signal, tellsStarts, onProgress });
  return { kind: 'rolled-back', release, revision, outcome: again };
}

/** Tells of replicas as they get on. */
export function replicasReport(report: Report): (progress: RolloutProgress) => void {
  return ({ ready, wanted, pods, trouble, diagnosis }) => {
    const note = trouble?.message ?? diagnosis?.summary;
    report({ kind: 'replicas', ready, wanted, pods, ...(note !== undefined && { note }) });
  };
}
