import { revokeLinks } from '../../../deploy/revoke.ts';
import { statusOf } from '../../../platforms/kubernetes/rollout/status.ts';
import { DeployError } from '../../../shared/errors.ts';
import type { FlagsOf, FlagTable } from '../../../shared/flag.ts';
import { flagTable } from '../../../shared/flags.ts';
import { command } from '../../context/command.ts';
import { configuredStore } from '../../context/configured-store.ts';
import { confirm, needAnswer } from '../../context/confirm.ts';
import { onNamed } from '../../context/deployment.ts';
import type { Session } from '../../context/session.ts';
import { confirmFlags, deploymentFlags, meaning } from '../../flags/shared-flags.ts';
import { dataFormat, printData } from '../../output/print-data.ts';
import { afterApply } from '../../deploying/deploy-outcome.ts';

const takes = {
  ...deploymentFlags,
  ...confirmFlags,
  store: meaning(flagTable.store, 'Where executables are stored'),
} as const satisfies FlagTable;

/** `self revoke`: ends the links that pods read a store with, and gives this deployment new ones. */
async function selfRevoke(session: Session, flags: FlagsOf<typeof takes>): Promise<number> {
  const { terminal, signal, endedStatus } = session;
  needAnswer(flags, 'end links');
  const storeOf = await configuredStore(flags.store);
  return onNamed(session, flags, async (cluster, name) => {
    const status = await statusOf(cluster, name, { signal });
    const store = storeOf(cluster, { blobConfigMaps: [], blobSecrets: [], ...status, name });
    if (store === undefined) {
      throw new DeployError('bad-store', 'No store is configured whose links could be ended', {
        hint: 'Pass --store with the one that it was deployed from, and set its credentials.',
      });
    }
    if (flags.yes !== true && store.revoke !== undefined) {
      terminal.say(
        `All links into ${store.address} end, also those of other applications and clusters: pods of theirs that start later cannot fetch their executables until they are deployed again.`,
      );
      const answer = await confirm('End them?', session);
      if (answer !== true) {
        terminal.say('No link was ended.');
        return answer === undefined ? endedStatus() : 0;
      }
    }
    let hasEnded = false;
    try {
      const renewed = await revokeLinks(name, { cluster, store, signal, onEnded: () => void (hasEnded = true) });
      const format = dataFormat(flags.output);
      const place = { name, namespace: cluster.namespace, store: store.address };
      if (format !== undefined) printData({ ...place, revoked: renewed !== undefined, renewed: renewed ?? [] }, format);
      terminal.close();
      if (renewed === undefined) {
        terminal.say(`Nothing to end: pods read ${store.address} without a link of ours`);
        return 0;
      }
      terminal.say(`All links into ${store.address} have ended`);
      terminal.say(
        renewed.length === 0
          ? `Nothing in namespace ${cluster.namespace} had one under the name ${name}`
          : `${name} in ${cluster.namespace} has new ones, for ${renewed.length} executables; deploy other applications again`,
      );
      return 0;
    } catch (error) {
      if (hasEnded) {
        terminal.say(
          `All links have ended, and ${name} has no new ones yet: the same command, or a deploy, makes them.`,
        );
        throw afterApply(error, { isRemoved: false });
      }
      if (!signal.aborted) throw error;
      terminal.say('Stopped: links may have ended or not. The same command finishes the job.');
      return endedStatus();
    }
  });
}

export const revokeCommand = command({
  name: 'revoke',
  describe: 'End the links that pods read the store with',
  does: 'ends all links into the store, also of other applications, and gives this one new ones',
  flags: takes,
  examples: [
    ['revoke', 'ask, then end them'],
    ['revoke --yes', 'do not ask'],
  ],
  schema: 'revoke',
  run: selfRevoke,
});
