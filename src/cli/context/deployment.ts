import { parseName } from '../../deploy/plan/kubernetes-name.ts';
import type { Cluster } from '../../platforms/kubernetes/api/client.ts';
import { statusOf, type Status } from '../../platforms/kubernetes/rollout/status.ts';
import { DeployError } from '../../shared/errors.ts';
import type { FlagsOf } from '../../shared/flag.ts';
import type { deploymentFlags } from '../flags/shared-flags.ts';
import { openCluster } from './cluster.ts';
import type { Session } from './session.ts';

/** Which deployment a `self` command is about. */
export type DeploymentFlags = FlagsOf<typeof deploymentFlags>;

/** Runs a command on what goes by a name. */
export async function onNamed(
  session: Session,
  flags: DeploymentFlags,
  command: (cluster: Cluster, name: string) => Promise<number>,
): Promise<number> {
  const name = parseName(flags.name ?? session.app.name);
  const cluster = await openCluster(flags, session);
  try {
    return await command(cluster, name);
  } finally {
    await cluster.close();
  }
}

/** Runs a command on a deployment that is there. */
export async function onDeployment(
  session: Session,
  flags: DeploymentFlags,
  command: (cluster: Cluster, status: Status) => Promise<number>,
): Promise<number> {
  return onNamed(session, flags, async (cluster, name) => {
    const status = await statusOf(cluster, name, { signal: session.signal });
    if (status === undefined) throw noSuchDeployment(name, cluster);
    return command(cluster, status);
  });
}

/** Nothing of ours runs under that name. */
export function noSuchDeployment(name: string, { namespace, context }: Cluster): DeployError {
  return new DeployError('no-such-deployment', `Cannot find ${name} in namespace ${namespace} of ${context}`, {
    hint: 'Pass --namespace, --name or --context, or deploy it with --kubernetes.',
  });
}
