/** A replica in words. */
export interface ReplicaView {
  readonly name: string;
  readonly node?: string;
  readonly state: string;
  /** What its runner says, while it starts. */
  readonly detail?: string;
}

/** How far a rollout has come. */
export interface Progress {
  readonly ready: number;
  readonly wanted: number;
  /** The replicas of the new release. */
  readonly pods: readonly ReplicaView[];
  /** Pods of earlier releases that are still there. */
  readonly old: readonly string[];
}

/** Why a rollout does not get ready. */
export interface FailureCause {
  readonly cause: string;
  /** One sentence without a period. */
  readonly summary: string;
  /** Lines that prove it. */
  readonly evidence: readonly string[];
  /** One imperative sentence with a period. */
  readonly nextStep: string;
  /** The replica that shows it best, if one does. */
  readonly pod?: string | undefined;
  readonly node?: string | undefined;
}

/** What a replica and its platform said last. */
export interface Evidence {
  readonly logs: readonly string[];
  /** True if the lines are of the container before its last restart. */
  readonly isPrevious: boolean;
  /** Warnings about the replica, oldest first. */
  readonly events: readonly string[];
}

/** How a rollout ended. */
export type RolloutOutcome =
  /** Every replica is ready. `progress.old` is empty, or names pods that do not end, on a lost node for instance. */
  | { readonly kind: 'ready'; readonly progress: Progress }
  | {
      readonly kind: 'failed';
      readonly progress: Progress;
      readonly diagnosis: FailureCause;
      readonly evidence?: Evidence;
    }
  | {
      readonly kind: 'timeout';
      readonly progress?: Progress;
      readonly diagnosis?: FailureCause;
      readonly evidence?: Evidence;
    }
  /** Someone deployed another release in the meantime, or changed this one, at `edited`. */
  | { readonly kind: 'superseded'; readonly by: string; readonly edited?: string }
  | { readonly kind: 'deleted' };

/** When a replica was first seen to have come so far, in milliseconds by the caller's clock. */
export interface ReplicaTimes {
  readonly name: string;
  readonly node?: string;
  readonly createdAt: number;
  readonly scheduledAt?: number;
  /** Its process runs. A kubelet reports this up to a second late. */
  readonly runningAt?: number;
  readonly readyAt?: number;
}

/** How the application of a replica started. */
export interface ReplicaStart {
  /** When its process began, by this machine's `performance.now()`. */
  readonly bootAt: number;
  /** What came before; absent without a runner. */
  readonly runner?: { readonly fetchMs: number; readonly verifyMs: number; readonly fetchedBytes: number };
}
