import type { AutoRollback } from '../../deploy/auto-rollback.ts';
import type { Evidence, FailureCause, RolloutOutcome } from '../../platforms/outcome.ts';
import { short } from '../../shared/digest.ts';
import { DeployError } from '../../shared/errors.ts';
import type { DeploymentFlags } from '../context/deployment.ts';
import { afterDeploy, nextCommands } from '../context/next-commands.ts';
import type { Session } from '../context/session.ts';

/** A rollout, and how it ended. */
export interface RolloutReport {
  readonly name: string;
  readonly release: string;
  readonly replicas: number;
  readonly outcome?: RolloutOutcome;
  readonly undone?: AutoRollback;
  /** True if there was something to go back to from it. */
  readonly canRollBack: boolean;
}

/** Tells why a rollout failed, with what proves it, before anything is done about it. */
export function tellCause({ terminal }: Session, outcome: RolloutOutcome): void {
  if (outcome.kind !== 'failed' && outcome.kind !== 'timeout') return;
  terminal.close();
  showEvidence(terminal, outcome.diagnosis, outcome.evidence);
  if (outcome.diagnosis !== undefined) terminal.say(`Cause: ${outcome.diagnosis.summary}`);
}

/** The error that a rollout ended with, and what was done about it; undefined if it is ready. Says what to type next. */
export function failureOf(session: Session, rollout: RolloutReport, flags: DeploymentFlags): DeployError | undefined {
  const { name, outcome, undone } = rollout;
  if (outcome === undefined || outcome.kind === 'ready') return undefined;
  if (outcome.kind === 'deleted') {
    return new DeployError('superseded', `${name} was deleted by someone else meanwhile`, {
      hint: 'Run the same command again to bring it back.',
    });
  }
  const again = undone?.kind === 'rolled-back' ? undone.outcome : undefined;
  if (again !== undefined) tellCause(session, again);
  const canRollBack = rollout.canRollBack && undone?.kind !== 'rolled-back';
  session.terminal.say(...nextCommands(session, flags, afterDeploy({ canRollBack })));
  if (outcome.kind === 'superseded' && outcome.edited !== undefined) {
    return new DeployError('superseded', `Someone else changed the pods of ${name} meanwhile: ${outcome.edited}`, {
      hint: 'Look what runs now; the same command again brings this back.',
    });
  }
  if (outcome.kind === 'superseded') {
    return new DeployError('superseded', `Another deploy of ${name} took over: release ${short(outcome.by)}`, {
      hint: 'Look what runs now; the same command again brings this release back.',
    });
  }
  const { code, text } =
    undone === undefined ? { code: codeOf(outcome), text: '' } : undoneText(rollout, undone, outcome);
  const otherwise = outcome.kind === 'timeout' ? 'Pass a longer --wait-timeout to wait for it.' : 'Look at its logs.';
  return new DeployError(code, `${failureText(rollout, outcome)}${text}`, {
    hint: outcome.diagnosis?.nextStep ?? otherwise,
  });
}

type Failed = Extract<RolloutOutcome, { kind: 'failed' | 'timeout' }>;
type Code = 'rollout-failed' | 'rollout-timeout' | 'rollout-undone' | 'superseded';

function codeOf({ kind }: Failed): Code {
  return kind === 'timeout' ? 'rollout-timeout' : 'rollout-failed';
}

function failureText({ name, release, replicas }: RolloutReport, outcome: Failed): string {
  const cause = outcome.diagnosis?.summary;
  if (outcome.kind === 'failed') {
    return `Release ${short(release)} of ${name} cannot become ready: ${cause ?? 'unknown cause'}`;
  }
  const { ready, wanted } = outcome.progress ?? { ready: 0, wanted: replicas };
  return `${ready} of ${wanted} replicas were ready in time${cause ? `: ${cause}` : ''}`;
}

/** What was done about it, to stand behind the cause, and the code that it comes to. */
function undoneText({ name }: RolloutReport, undone: AutoRollback, failed: Failed): { code: Code; text: string } {
  if (undone.kind === 'left') return { code: codeOf(failed), text: '' };
  if (undone.kind === 'nothing-before') {
    return { code: codeOf(failed), text: '; none was ready before it, so it is left for you to look at' };
  }
  if (undone.kind === 'rolled-back') return rolledBackText(short(undone.release), undone.outcome);
  return { code: 'superseded', text: `; someone else ${undone.kind} ${name} meanwhile, so it was not rolled back` };
}

function rolledBackText(release: string, again: RolloutOutcome): { code: Code; text: string } {
  if (again.kind === 'ready') return { code: 'rollout-undone', text: `; rolled back, release ${release} is ready` };
  const text = `; rolled back to release ${release}`;
  if (again.kind === 'failed') {
    return { code: 'rollout-failed', text: `${text}, which cannot become ready either: ${again.diagnosis.summary}` };
  }
  if (again.kind === 'timeout') {
    const { ready, wanted } = again.progress ?? {};
    const count = ready === undefined ? 'is not ready' : `has ${ready} of ${wanted} replicas ready`;
    return { code: 'rollout-timeout', text: `${text}, which ${count} by now; that goes on` };
  }
  const what = again.kind === 'deleted' ? 'it was deleted' : `another deploy took over: release ${short(again.by)}`;
  return { code: 'superseded', text: `${text}, but then ${what}` };
}

function showEvidence(
  { say }: Session['terminal'],
  diagnosis: FailureCause | undefined,
  evidence: Evidence | undefined,
): void {
  if (diagnosis === undefined) return;
  const { pod, node } = diagnosis;
  if (pod !== undefined) say(`Pod ${pod}${node === undefined ? '' : ` on ${node}`}:`);
  for (const line of diagnosis.evidence) say(`  ${line}`);
  if (evidence === undefined) return;
  if (evidence.logs.length > 0) say(evidence.isPrevious ? 'Its last lines before the restart:' : 'Its last lines:');
  for (const line of evidence.logs) say(`  | ${line}`);
  if (evidence.events.length > 0) say('Events:');
  for (const line of evidence.events) say(`  ${line}`);
}
