import { type DeployRun, hasChanged } from './deploy-run.ts';
import { afterDeploy, type NextCommand, nextCommands } from '../context/next-commands.ts';
import type { Session } from '../context/session.ts';
import { removeOnExit } from './remove-on-exit.ts';

/**
 * After Ctrl-C: nothing surprising, and it is said what goes on.
 *
 * @returns the exit status.
 */
export async function interrupted(session: Session, run: DeployRun): Promise<number> {
  const { terminal } = session;
  terminal.close();
  if (run.given.rm === true && hasChanged(run)) {
    await removeOnExit(session, run);
    return session.endedStatus();
  }
  const { text, commands } = leftBy(run);
  terminal.say(text);
  if (commands.length > 0) terminal.say(nextCommands(session, run.given, commands));
  return session.endedStatus();
}

interface Left {
  readonly text: string;
  readonly commands: readonly NextCommand[];
}

const again = 'The same command finishes the job';

function leftBy(run: DeployRun): Left {
  const { name, stage, undoneTo } = run;
  if (!hasChanged(run)) return { text: `Stopped: nothing on the cluster was changed. ${again}.`, commands: [] };
  if (stage === 'before' || stage === 'storing') return leftStored(run);
  if (stage === 'applying') return leftApplying(run);
  const texts = {
    applied: `Stopped watching: the rollout of ${name} goes on without this program.`,
    failed: `Stopped before going back: the release of ${name} that failed is still there.`,
    undoing: `Stopped while going back: the release of ${name} that failed may still be there.`,
    undone: `Stopped watching: ${name} goes back to release ${undoneTo} without this program.`,
  };
  const leavesWayBack = run.leavesWayBack && stage !== 'undone';
  return { text: texts[stage], commands: afterDeploy({ leavesWayBack }) };
}

function leftStored({ name, isFirst }: DeployRun): Left {
  const text = `Stopped: nothing that runs was changed, but parts of ${name} may lie in Secrets. ${again}`;
  return isFirst
    ? { text: `${text}.`, commands: ['delete'] }
    : { text: `${text}; without it self gc deletes them once they are an hour old.`, commands: [] };
}

function leftApplying({ isFirst, applied }: DeployRun): Left {
  const so = applied.length === 0 ? '' : ` Applied: ${applied.join(', ')}.`;
  const text = `Stopped while applying: some objects may be there.${so} ${again}.`;
  // Going back would go back from what ran before.
  return { text, commands: isFirst ? ['look', 'delete'] : ['look', 'logs', 'delete'] };
}
