import type { Cluster } from '../../platforms/kubernetes/api/client.ts';
import { ownUids, podsGone, remove, type RemovedObject } from '../../platforms/kubernetes/apply/remove.ts';
import type { ScaledPlan } from '../../deploy/plan/replicas.ts';
import { DeployError } from '../../shared/errors.ts';
import type { DeployRun } from './deploy-run.ts';
import { printError } from '../output/print-error.ts';
import { nextCommands } from '../context/next-commands.ts';
import type { Session } from '../context/session.ts';

/**
 * `--rm`: deletes what this run made, also after Ctrl-C. That it failed is told here.
 *
 * @returns whether all of it is gone.
 */
export async function removeOnExit(session: Session, run: DeployRun): Promise<boolean> {
  const { terminal } = session;
  const { opened, flags, foreign } = run;
  if (opened === undefined) return true;
  const { name } = opened.plan;
  const { cluster } = opened.destination;
  const removed: RemovedObject[] = [];
  terminal.say(`Deleting what this run made of ${name}; Ctrl-C again leaves the rest`);
  try {
    // Not with the signal of the session: that has ended.
    const { signal } = new AbortController();
    await remove(cluster, name, { signal, foreign, onRemoved: (object) => removed.push(object) });
    const left = await podsGone(cluster, name, { signal });
    terminal.say(`Deleted ${objectsText(removed)}${left.length === 0 ? '' : `; still ending: ${left.join(', ')}`}`);
    return true;
  } catch (error) {
    printError(error, terminal.say);
    terminal.say(`Stopped deleting ${name}. Deleted: ${objectsText(removed)}; the rest is still there.`);
    terminal.say(...nextCommands(session, flags, ['delete']));
    return false;
  }
}

/** Objects for people. */
export function objectsText(objects: readonly RemovedObject[]): string {
  return objects.length === 0 ? 'nothing' : objects.map(({ kind, name }) => `${kind} ${name}`).join(', ');
}

/**
 * What is under that name already, by uid: not this run's to delete.
 *
 * @throws {DeployError} `cluster-refused` if it runs.
 */
export async function refuseToRemoveOthers(
  { name, deployed }: Pick<ScaledPlan, 'name' | 'deployed'>,
  { cluster, signal }: { readonly cluster: Cluster; readonly signal: AbortSignal },
): Promise<ReadonlySet<string>> {
  if (deployed.scaling.replicas !== undefined) {
    throw new DeployError(
      'cluster-refused',
      `Cannot run with --rm: ${name} is in namespace ${cluster.namespace} already`,
      {
        hint: 'Leave --rm out to update it, or pass another --name or --namespace.',
      },
    );
  }
  return ownUids(cluster, name, { signal });
}
