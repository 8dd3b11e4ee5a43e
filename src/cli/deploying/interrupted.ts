import { short } from '../../shared/digest.ts';
import { type DeployRun, hasChanged } from './deploy-run.ts';
import { afterDeploy, type NextCommand, nextCommands } from '../context/next-commands.ts';
import type { Session } from '../context/session.ts';
import { removeOnExit } from './remove-on-exit.ts';

/**
 * After Ctrl-C: nothing surprising, and what goes on is printed.
 *
 * @returns the exit status.
 */
export async function interrupted(session: Session, run: DeployRun): Promise<number> {
  const { terminal } = session;
  terminal.close();
  if (run.flags.rm === true && hasChanged(run)) {
    await removeOnExit(session, run);
    return session.endedStatus();
  }
  const { text, commands } = farewell(run);
  terminal.say(text);
  if (commands.length > 0) terminal.say(...nextCommands(session, run.flags, commands));
  return session.endedStatus();
}

interface Farewell {
  readonly text: string;
  readonly commands: readonly NextCommand[];
}

const again = 'The same command finishes the job';

function farewell(run: DeployRun): Farewell {
  const { stage } = run;
  const name = run.opened?.plan.name ?? '';
  if (!hasChanged(run) || stage.at === 'checking') {
    return { text: `Stopped: nothing on the cluster was changed. ${again}.`, commands: [] };
  }
  if (stage.at === 'storing') return afterStoring(name, stage);
  if (stage.at === 'applying') return afterApplying(stage);
  if (stage.at === 'rolled back') {
    const release = short(stage.release);
    const text = `Stopped watching: ${name} goes back to release ${release} without this program.`;
    return { text, commands: afterDeploy({ canRollBack: false }) };
  }
  const texts = {
    applied: `Stopped watching: the rollout of ${name} goes on without this program.`,
    failed: `Stopped before going back: the release of ${name} that failed is still there.`,
    'rolling back': `Stopped while going back: the release of ${name} that failed may still be there.`,
  };
  return { text: texts[stage.at], commands: afterDeploy(stage) };
}

function afterStoring(name: string, { isFirst }: { readonly isFirst: boolean }): Farewell {
  const text = `Stopped: nothing that runs was changed, but parts of ${name} may lie in ConfigMaps. ${again}`;
  return isFirst
    ? { text: `${text}.`, commands: ['delete'] }
    : { text: `${text}; without it self gc deletes them once they are an hour old.`, commands: [] };
}

function afterApplying({ isFirst, applied }: { isFirst: boolean; applied: readonly string[] }): Farewell {
  const so = applied.length === 0 ? '' : ` Applied: ${applied.join(', ')}.`;
  const text = `Stopped while applying: some objects may be there.${so} ${again}.`;
  // Going back would go back from what ran before.
  return { text, commands: isFirst ? ['look', 'delete'] : ['look', 'logs', 'delete'] };
}
