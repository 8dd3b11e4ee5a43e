import { type DeployError, exitStatus } from '../../shared/errors.ts';
import { bugStatus, isDeployError } from './print-error.ts';
import { withoutSecrets } from './without-secrets.ts';

/** What a script gets in the place of an answer: schema/error.schema.json. */
export interface ErrorDocument {
  readonly error: ErrorEntry & {
    /** What the program ends with. */
    readonly exitStatus: number;
    /** All that stands in the way, each on its own; mostly one. */
    readonly findings: readonly ErrorEntry[];
  };
}

interface ErrorEntry {
  /** A code of `DeployError`; `bug` for what should not have happened, `ended` for a signal. */
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** A failure as data. */
export function errorDocument(error: unknown): ErrorDocument {
  if (isDeployError(error)) {
    const findings = (error.findings ?? [error]).map(entryOf);
    return { error: { ...entryOf(error), exitStatus: exitStatus[error.code], findings } };
  }
  const message = withoutSecrets(error instanceof Error ? error.message : String(error));
  return documentOf({ code: 'bug', message, hint: 'Please report this, with what is on stderr.' }, bugStatus);
}

/** What a signal has ended before it was done. */
export function endedDocument(status: number): ErrorDocument {
  const hint = 'Run the same command again; stderr says what was left.';
  return documentOf({ code: 'ended', message: 'Ended by a signal before it was done', hint }, status);
}

function documentOf(finding: ErrorEntry, status: number): ErrorDocument {
  return { error: { ...finding, exitStatus: status, findings: [finding] } };
}

function entryOf({ code, message, hint }: DeployError): ErrorEntry {
  return { code, message: withoutSecrets(message), hint };
}
