import { parseDuration, parseReplicas } from '../../deploy/plan/plan.ts';
import { replicasReport } from '../../deploy/await-rollout.ts';
import type { Cluster } from '../../platforms/kubernetes/api/client.ts';
import { watchRollout } from '../../platforms/kubernetes/rollout/rollout.ts';
import { autoscalersIn, scaleDeployment, scalingIn } from '../../platforms/kubernetes/apply/scale.ts';
import type { Digest } from '../../shared/digest.ts';
import { DeployError } from '../../shared/errors.ts';
import { afterApply } from '../deploying/deploy-outcome.ts';
import { onDeployment } from '../context/deployment.ts';
import { errorDocument } from '../output/error-document.ts';
import { afterDeploy, nextCommands } from '../context/next-commands.ts';
import { dataFormat, printData } from '../output/print-data.ts';
import { failureOf, tellCause } from '../deploying/rollout-failure.ts';
import type { Session } from '../context/session.ts';
import type { FlagsOf, FlagTable } from '../../shared/flag.ts';
import { command } from '../context/command.ts';
import { deploymentFlags, waitFlags } from '../flags/shared-flags.ts';

const takes = { ...deploymentFlags, ...waitFlags } as const satisfies FlagTable;

const positionals = {
  replicas: { type: 'string', required: true, describe: 'How many; 0 for a pause' },
} as const satisfies FlagTable;

type ScaleFlags = FlagsOf<typeof takes & typeof positionals>;

/** `self scale N`: more or fewer of what runs, and nothing else. */
async function selfScale(session: Session, flags: ScaleFlags): Promise<number> {
  const { terminal, signal } = session;
  // None is a way to pause; a deploy of none is not.
  const replicas = flags.replicas === '0' ? 0 : parseReplicas(flags.replicas);
  const timeoutMs = parseDuration('--wait-timeout', flags['wait-timeout'] ?? takes['wait-timeout'].default);
  return onDeployment(session, flags, async (cluster, { name, namespace, release, wanted }) => {
    await refuseAutoscaled(session, cluster, name);
    const scaled = { name, namespace, release, replicas, before: wanted };
    let isScaled = false;
    try {
      await scaleDeployment(cluster, name, { replicas, signal });
      isScaled = true;
      terminal.report({ kind: 'step', text: `${name} in ${namespace}: ${replicas} wanted, ${wanted} before` });
      const onProgress = replicasReport(terminal.report);
      const options = {
        name,
        release: release as Digest,
        timeoutMs,
        signal,
        showsStartup: terminal.isLive,
        onProgress,
      };
      const outcome = flags.wait === false ? undefined : await watchRollout(cluster, options);
      terminal.close();
      if (outcome !== undefined) tellCause(session, outcome);
      const format = dataFormat(flags.output);
      // Going back changes the release, not their number.
      const rollout = { ...scaled, ...(outcome && { outcome }), canRollBack: false };
      const failure = failureOf(session, rollout, flags);
      if (format !== undefined) printData({ ...scaled, outcome, ...(failure && errorDocument(failure)) }, format);
      if (failure !== undefined) throw failure;
      if (outcome !== undefined) terminal.report({ kind: 'step', text: `${replicas} of ${replicas} are ready` });
      return 0;
    } catch (error) {
      if (!signal.aborted) throw isScaled ? afterApply(error, { isRemoved: false }) : error;
      terminal.close();
      terminal.say(
        isScaled
          ? `Stopped watching: ${name} goes on to ${replicas} without this program.`
          : `Stopped while scaling: ${name} may be changed or not. The same command finishes the job.`,
      );
      terminal.say(...nextCommands(session, flags, afterDeploy({ canRollBack: false })));
      return session.endedStatus();
    }
  });
}

async function refuseAutoscaled({ terminal, signal }: Session, cluster: Cluster, name: string): Promise<void> {
  const autoscalers = await autoscalersIn(cluster, signal);
  const { autoscaler, isSeen } = scalingIn(name, { autoscalers });
  if (!isSeen) terminal.report({ kind: 'warning', text: 'autoscalers may not be listed: one would undo this' });
  if (autoscaler === undefined) return;
  throw new DeployError(
    'cluster-refused',
    `Cannot scale ${name}: the autoscaler ${autoscaler.name} decides, from ${autoscaler.min} to ${autoscaler.max}`,
    { hint: `Change its limits: kubectl edit hpa ${autoscaler.name} --namespace ${cluster.namespace}.` },
  );
}

export const scaleCommand = command({
  name: 'scale',
  describe: 'Run so many replicas',
  does: 'runs so many replicas; refused where an autoscaler decides',
  usage: 'scale N',
  positionals,
  flags: takes,
  examples: [
    ['scale 5', 'five replicas'],
    ['scale 0', 'none, for a while'],
  ],
  schema: 'scale',
  run: selfScale,
});
