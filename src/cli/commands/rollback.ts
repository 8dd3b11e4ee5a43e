import { type RolledBack, rollBackTo, revisionToRollBackTo } from '../../deploy/rollback.ts';
import { renewLinks } from '../../deploy/renew-links.ts';
import { parseDuration } from '../../deploy/plan/plan.ts';
import { historyOf } from '../../platforms/kubernetes/rollout/history.ts';
import { short } from '../../shared/digest.ts';
import { DeployError } from '../../shared/errors.ts';
import { configuredStore } from '../context/configured-store.ts';
import { afterApply } from '../deploying/deploy-outcome.ts';
import { noSuchDeployment, onNamed } from '../context/deployment.ts';
import { errorDocument } from '../output/error-document.ts';
import { afterDeploy, nextCommands } from '../context/next-commands.ts';
import { dataFormat, printData } from '../output/print-data.ts';
import { failureOf, tellCause } from '../deploying/rollout-failure.ts';
import type { Session } from '../context/session.ts';
import type { FlagsOf, FlagTable } from '../../shared/flag.ts';
import { flagTable } from '../../shared/flags.ts';
import { command } from '../context/command.ts';
import { deploymentFlags, meaning, waitFlags } from '../flags/shared-flags.ts';

const takes = {
  ...deploymentFlags,
  ...waitFlags,
  to: { type: 'string', value: 'N', describe: 'A revision, as self history numbers it' },
  store: meaning(flagTable.store, 'Where its executable is stored, to renew its link'),
} as const satisfies FlagTable;

const positionals = {
  release: { type: 'string', describe: 'The first hex digits of a release', default: 'the one before' },
} as const satisfies FlagTable;

type RollbackFlags = FlagsOf<typeof takes & typeof positionals>;

/** `self rollback`: an earlier release again, and waits for it as a deploy does. */
async function selfRollback(session: Session, flags: RollbackFlags): Promise<number> {
  const { terminal, signal } = session;
  const wanted = parseWanted(flags);
  const timeoutMs = parseDuration('--wait-timeout', flags['wait-timeout'] ?? takes['wait-timeout'].default);
  const storeOf = await configuredStore(flags.store);
  return onNamed(session, flags, async (cluster, name) => {
    const far: RollbackProgress = { change: 'none', hasFailed: false };
    try {
      const history = await historyOf(cluster, name, { signal });
      if (history === undefined) throw noSuchDeployment(name, cluster);
      const to = revisionToRollBackTo(history, wanted);
      const store = storeOf(cluster, { name, blobConfigMaps: [], blobSecrets: [] });
      await renewLinks(name, to, { cluster, store, report: terminal.report, signal });
      const wentBack = await rollBackTo(history, to, {
        cluster,
        report: terminal.report,
        showsStartup: terminal.isLive,
        signal,
        timeoutMs,
        waits: flags.wait ?? true,
        onStage(stage) {
          if (stage.at === 'rolling back') far.change = 'begun';
          if (stage.at === 'rolled back') far.change = 'done';
          if (stage.at !== 'failed') return;
          far.hasFailed = true;
          tellCause(session, stage.outcome);
        },
      });
      terminal.close();
      return printRollback(session, wentBack, flags);
    } catch (error) {
      if (!signal.aborted) throw far.change === 'done' ? afterApply(error, { isRemoved: false }) : error;
      terminal.close();
      terminal.say(leftText(name, far));
      if (far.change !== 'none') terminal.say(...nextCommands(session, flags, afterDeploy({ canRollBack: true })));
      return session.endedStatus();
    }
  });
}

/** How far going back has come. */
interface RollbackProgress {
  change: 'none' | 'begun' | 'done';
  /** Whether what was gone back to failed as well. */
  hasFailed: boolean;
}

function leftText(name: string, { change, hasFailed }: RollbackProgress): string {
  if (change === 'none') return 'Stopped: nothing was changed. The same command finishes the job.';
  if (change === 'begun') return `Stopped while going back: ${name} may be changed or not.`;
  if (hasFailed) return `Stopped watching: the release of ${name} that was gone back to failed.`;
  return `Stopped watching: the rollout of ${name} goes on without this program.`;
}

function printRollback(session: Session, wentBack: RolledBack, flags: RollbackFlags): number {
  const { terminal } = session;
  const { name, namespace, release, outcome } = wentBack;
  const format = dataFormat(flags.output);
  const { canRollBack: _canRollBack, ...data } = wentBack;
  const failure = failureOf(session, wentBack, flags);
  if (format !== undefined) printData({ ...data, ...(failure && errorDocument(failure)) }, format);
  if (failure !== undefined) throw failure;
  const state = outcome === undefined ? 'is wanted again' : 'is ready';
  terminal.report({ kind: 'step', text: `Release ${short(release)} of ${name} ${state} in ${namespace}` });
  terminal.say(...nextCommands(session, flags, afterDeploy(wentBack)));
  return 0;
}

function parseWanted({ release, to }: RollbackFlags): { release?: string; number?: number } {
  const refuse = (message: string, hint: string): never => {
    throw new DeployError('bad-usage', message, { hint });
  };
  if (release !== undefined && to !== undefined)
    refuse('Cannot go back both to a release and to a revision', 'Pass one of them.');
  if (to !== undefined) {
    if (!/^[1-9]\d{0,8}$/.test(to)) refuse(`Cannot read --to "${to}" as a revision`, 'Pass a number of self history.');
    return { number: Number(to) };
  }
  if (release === undefined) return {};
  const digits = release.toLowerCase();
  if (!/^[0-9a-f]{1,64}$/.test(digits))
    refuse(`Cannot read "${release}" as the start of a release`, 'Pass hex digits, as self history shows them.');
  return { release: digits };
}

export const rollbackCommand = command({
  name: 'rollback',
  describe: 'Go back to an earlier release (default: the one before)',
  does: 'goes back to an earlier release (default: the one before), or with `--to N` to a revision',
  usage: 'rollback [RELEASE]',
  positionals,
  flags: takes,
  isCommon: true,
  examples: [
    ['rollback', 'the release before'],
    ['rollback d399c6b6', 'that release'],
    ['rollback --to 3', 'that revision'],
  ],
  schema: 'rollback',
  run: selfRollback,
});
