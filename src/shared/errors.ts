/**
 * Process exit status by code (the table is in the README). Scripts rely on these numbers: append, never renumber.
 *
 * 1 looked and it differs; 2 bad usage; 3 refused before anything changed; 4 failed and rolled back, or nothing left
 * behind; 5 failed, the new release is still there; 6 timed out, still going on; 7 superseded by another deploy; 8 looked, and it is not proven.
 */
export const exitStatus = {
  // bad usage
  'bad-usage': 2,
  'bad-target': 2,
  'bad-name': 2,
  'bad-store': 2,
  'bad-output': 2,
  'not-an-executable': 2,
  // refused before anything changed
  'executable-damaged': 3,
  'executable-unreadable': 3,
  'runtime-refused': 3,
  'runtime-unavailable': 3,
  'output-refused': 3,
  'store-unreachable': 3,
  'store-denied': 3,
  'store-damaged': 3,
  'not-revocable': 3,
  'kubeconfig-unusable': 3,
  'cluster-unreachable': 3,
  'cluster-denied': 3,
  'cluster-refused': 3,
  'no-such-deployment': 3,
  'no-matching-node': 3,
  'cluster-unsupported': 3,
  'image-unfit': 3,
  'system-lacks': 3,
  'project-refused': 3,
  'package-unavailable': 3,
  'trial-failed': 3,
  'signature-refused': 3,
  'cluster-unreadable': 3,
  // after something changed
  'rollout-undone': 4,
  'rollout-failed': 5,
  'rollout-timeout': 6,
  'delete-timeout': 6,
  superseded: 7,
} as const;

export type ErrorCode = keyof typeof exitStatus;

/** A failure the user can act on. `cli` prints message and hint, never a stack. */
export class DeployError extends Error {
  override readonly name = 'DeployError';
  readonly code: ErrorCode;
  /** One imperative sentence: what to type or change next. */
  readonly hint: string;
  /** All that stands in the way, each on its own, where it is more than one thing; the first of them is this error. */
  readonly findings?: readonly DeployError[];

  constructor(code: ErrorCode, message: string, { hint, cause, findings }: DeployErrorOptions) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    this.hint = hint;
    if (findings !== undefined) this.findings = findings;
  }
}

interface DeployErrorOptions {
  readonly hint: string;
  readonly cause?: unknown;
  readonly findings?: readonly DeployError[];
}

/** The first line of what went wrong; libraries put advice and identifiers below it. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n', 1)[0] ?? '').trim();
}
