import { hiddenParts } from '../../platforms/kubernetes/cluster-store/find-blobs.ts';
import { podsGone, removable, remove, type RemovedObject } from '../../platforms/kubernetes/apply/remove.ts';
import type { Cluster } from '../../platforms/kubernetes/api/client.ts';
import { statusOf } from '../../platforms/kubernetes/rollout/status.ts';
import { nextCommands } from '../context/next-commands.ts';
import { confirm, needAnswer } from '../context/confirm.ts';
import { noSuchDeployment, onNamed } from '../context/deployment.ts';
import { dataFormat, printData } from '../output/print-data.ts';
import type { Session } from '../context/session.ts';
import { DeployError } from '../../shared/errors.ts';
import type { FlagsOf, FlagTable } from '../../shared/flag.ts';
import { command } from '../context/command.ts';
import { confirmFlags, deploymentFlags } from '../flags/shared-flags.ts';
import { objectsText } from '../deploying/remove-on-exit.ts';

const takes = { ...deploymentFlags, ...confirmFlags } as const satisfies FlagTable;

/** `self delete`: deletes the objects that a deploy made; what is in a store outside the cluster stays. */
async function selfDelete(session: Session, flags: FlagsOf<typeof takes>): Promise<number> {
  const { terminal, signal, endedStatus } = session;
  needAnswer(flags, 'delete');
  return onNamed(session, flags, async (cluster, name) => {
    // What a delete that was stopped has left is found too.
    const objects = await removable(cluster, name, { signal });
    if (objects.length === 0) throw noSuchDeployment(name, cluster);
    const hidden = await hiddenParts(cluster, name, { signal });
    const printRemoved = (removed: readonly RemovedObject[]): void => {
      const format = dataFormat(flags.output);
      const left = hidden.map((secret) => ({ kind: 'Secret', name: secret }));
      if (format !== undefined) printData({ name, namespace: cluster.namespace, removed, left }, format);
    };
    if (flags.yes !== true) {
      const pods = (await statusOf(cluster, name, { signal }))?.pods ?? [];
      terminal.say(`In namespace ${cluster.namespace} of ${cluster.context}:`);
      for (const object of objects) terminal.say(`  ${object.kind} ${object.name}`);
      for (const pod of pods) terminal.say(`  Pod ${pod.name}, ${pod.state}`);
      const answer = await confirm(`Delete ${name}?`, session);
      if (answer !== true) {
        terminal.say('Nothing was deleted.');
        if (answer === false) printRemoved([]);
        return answer === undefined ? endedStatus() : 0;
      }
    }
    // Before the Deployment is gone, which alone tells of them.
    if (hidden.length > 0) {
      const deleting = `kubectl delete secret --namespace ${cluster.namespace} ${hidden.join(' ')}`;
      const text = `An earlier selfsame stored in Secrets that this account may not see, so they stay. To delete them, with an account that may: ${deleting}`;
      terminal.report({ kind: 'warning', text });
    }
    const removed: RemovedObject[] = [];
    let left: string[];
    try {
      await remove(cluster, name, { signal, onRemoved: (object) => removed.push(object) });
      left = await podsGone(cluster, name, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
      const isAll = removed.length === objects.length;
      const rest = isAll ? 'its pods end without this program' : 'the rest is still there';
      terminal.say(`Stopped deleting ${name}. Deleted: ${objectsText(removed)}; ${rest}.`);
      if (!isAll) terminal.say(...nextCommands(session, flags, ['delete']));
      return endedStatus();
    }
    if (left.length > 0) throw podsLeft(left, { removed, cluster });
    printRemoved(removed);
    terminal.say(`Deleted ${objectsText(removed)}`);
    return 0;
  });
}

function podsLeft(
  pods: readonly string[],
  { removed, cluster }: { readonly removed: readonly RemovedObject[]; readonly cluster: Cluster },
): DeployError {
  return new DeployError('delete-timeout', `Deleted ${objectsText(removed)}; still ending: ${pods.join(', ')}`, {
    hint: `Look at their nodes with kubectl get pods --namespace ${cluster.namespace} --output wide.`,
  });
}

export const deleteCommand = command({
  name: 'delete',
  describe: 'Delete what was deployed',
  does: 'shows what will go, asks, and deletes it',
  flags: takes,
  examples: [
    ['delete', 'show what goes, and ask'],
    ['delete --yes', 'do not ask'],
  ],
  schema: 'delete',
  run: selfDelete,
});
