import type { PlanCost } from '../../deploy/plan/cost.ts';
import type { DeploySummary } from '../../deploy/deploy.ts';
import type { Cluster } from '../../platforms/kubernetes/api/client.ts';
import { DeployError, exitStatus } from '../../shared/errors.ts';
import { short } from '../../shared/digest.ts';
import type { GivenFlags } from '../flags/command-line.ts';
import { errorDocument } from '../output/error-document.ts';
import { afterDeploy, nextCommands } from '../context/next-commands.ts';
import { dataFormat, printData } from '../output/print-data.ts';
import type { Session } from '../context/session.ts';
import { timingTable } from '../terminal/timing-table.ts';

/** What is known of a deploy besides what it left behind. */
interface DeployContext {
  readonly cluster: Cluster;
  readonly flags: GivenFlags;
  readonly cost: PlanCost;
  /** What the command is about to end with; it belongs to the data. */
  readonly failure?: unknown;
}

/** Prints what was deployed: on stdout as data where asked for, else for people. */
export function printDeployed(session: Session, deployed: DeploySummary, context: DeployContext): void {
  const { cluster, flags, cost } = context;
  const { namespace } = cluster;
  const { terminal } = session;
  const { name, release, outcome } = deployed;
  const format = dataFormat(flags.output);
  if (format !== undefined) {
    const { applied: objects, timings, canRollBack: _canRollBack, ...rest } = deployed;
    const failure = context.failure === undefined ? {} : errorDocument(context.failure);
    const place = { namespace, context: cluster.context, server: cluster.server };
    printData({ ...rest, ...timings, ...place, cost, objects, ...failure }, format);
  }
  if (outcome === undefined) {
    terminal.say(`Release ${short(release)} of ${name} is applied in ${namespace}; the rollout goes on there.`);
  } else if (outcome.kind === 'ready') {
    const nodes = Map.groupBy(outcome.progress.pods, ({ node }) => node ?? 'an unknown node');
    const where = [...nodes].map(([node, replicas]) => `${replicas.length} on ${node}`).join(', ');
    terminal.report({ kind: 'step', text: `${name} is ready in ${namespace}: release ${short(release)}, ${where}` });
    for (const pod of outcome.progress.old)
      terminal.report({ kind: 'warning', text: `the old pod ${pod} does not end` });
  } else {
    return;
  }
  terminal.say(...timingTable(deployed.timings));
  terminal.say(...nextCommands(session, flags, afterDeploy(deployed)));
}

/**
 * What a failure after the first object was applied amounts to: no longer refused before anything changed.
 *
 * @param isRemoved whether `--rm` has taken everything away again.
 */
export function afterApply(error: unknown, { isRemoved }: { readonly isRemoved: boolean }): unknown {
  if (!(error instanceof DeployError)) return error;
  const { message, hint } = error;
  if (isRemoved) return new DeployError('rollout-undone', message, { hint, cause: error });
  return exitStatus[error.code] > 3 ? error : new DeployError('rollout-failed', message, { hint, cause: error });
}
