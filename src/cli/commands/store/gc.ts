import { parseDuration } from '../../../deploy/plan/plan.ts';
import type { Cluster } from '../../../platforms/kubernetes/api/client.ts';
import {
  collectGarbage,
  type Garbage,
  garbageOf,
} from '../../../platforms/kubernetes/cluster-store/collect-garbage.ts';
import type { StoredArtifact } from '../../../store/store.ts';
import { confirm } from '../../context/confirm.ts';
import { onNamed } from '../../context/deployment.ts';
import { dataFormat, printData } from '../../output/print-data.ts';
import { leftAloneText, storeGcFlags, storeGcFrom, storeSweep, type StoreSweep } from './gc-store.ts';
import type { Session } from '../../context/session.ts';
import type { FlagsOf, FlagTable } from '../../../shared/flag.ts';
import { flagTable } from '../../../shared/flags.ts';
import { command } from '../../context/command.ts';
import { confirmFlags, deploymentFlags, meaning } from '../../flags/shared-flags.ts';

const takes = {
  ...deploymentFlags,
  ...confirmFlags,
  'dry-run': meaning(flagTable['dry-run'], 'Show what would be deleted, and delete nothing'),
  ...storeGcFlags,
} as const satisfies FlagTable;

type GcFlags = FlagsOf<typeof takes>;

/** What was found that could go. */
interface GarbageReport {
  readonly cluster: Cluster;
  readonly name: string;
  readonly garbage: readonly Garbage[];
  readonly sweep: StoreSweep | undefined;
}

/** What went. */
interface DeletedReport {
  readonly objects: readonly Garbage[];
  readonly stored: readonly StoredArtifact[];
}

/**
 * `self gc`: deletes the parts of executables and the runners on the cluster that no revision needs, neither the one that
 * runs nor one that can be rolled back to; with `--store-objects` also what the store has and nothing on the cluster refers to.
 * Shows them first; deletes nothing without a yes.
 */
async function selfGc(session: Session, flags: GcFlags): Promise<number> {
  const { app, terminal, signal, endedStatus } = session;
  const storeGc = await storeGcFrom(flags);
  const minAgeMs = parseDuration('--min-age', flags['min-age'] ?? '1h');
  return onNamed(session, flags, async (cluster, name) => {
    const garbage = await garbageOf(cluster, name, { signal, minAgeMs });
    // In a store, objects have the application's name, whatever the deployment is called.
    const sweep = storeGc && (await storeSweep(storeGc, { cluster, name: app.name, signal }));
    const found = { cluster, name, garbage, sweep };
    const count = garbage.length + (sweep?.artifacts.length ?? 0);
    const none: DeletedReport = { objects: [], stored: [] };

    for (const line of linesOf(found)) terminal.say(line);
    const leftAlone = await leftAloneText(flags);
    if (leftAlone !== undefined) terminal.say(leftAlone);
    if (count === 0 || flags['dry-run'] === true) {
      if (count > 0) terminal.say('Nothing was deleted: this was a dry run.');
      print(found, none, flags);
      return 0;
    }
    if (flags.yes !== true && !process.stdin.isTTY) {
      terminal.say('Nothing was deleted: pass --yes to delete them.');
      print(found, none, flags);
      return 0;
    }
    const answer = flags.yes === true || (await confirm('Delete them?', session));
    if (answer !== true) {
      terminal.say('Nothing was deleted.');
      if (answer === false) print(found, none, flags);
      return answer === undefined ? endedStatus() : 0;
    }
    const deleted: Garbage[] = [];
    try {
      await collectGarbage(cluster, name, { signal, minAgeMs, garbage, onCollected: (one) => deleted.push(one) });
      const gone = { objects: deleted, stored: (await sweep?.collect()) ?? [] };
      print(found, gone, flags);
      terminal.say(`Deleted ${gone.objects.length + gone.stored.length} of ${count}`);
    } catch (error) {
      if (!signal.aborted) throw error;
      terminal.say(`Stopped: deleted ${deleted.length} of ${garbage.length}. The same command deletes the rest.`);
      return endedStatus();
    }
    return 0;
  });
}

function linesOf({ cluster, name, garbage, sweep }: GarbageReport): string[] {
  const place = `namespace ${cluster.namespace} of ${cluster.context}`;
  const objects = garbage.map(
    ({ kind, name: own, createdAt }) => `  ${kind} ${own}, of ${createdAt.toISOString().slice(0, 10)}`,
  );
  const heading = `No revision of ${name} needs, in ${place}:`;
  return [
    ...(objects.length === 0 ? [`Nothing of ${name} is unused in ${place}.`] : [heading, ...objects]),
    ...(sweep?.lines ?? []),
  ];
}

function print(
  { cluster, name, garbage, sweep }: GarbageReport,
  { objects, stored }: DeletedReport,
  { output }: GcFlags,
): void {
  const format = dataFormat(output);
  if (format === undefined) return;
  const { address, used: { seen, unseen } = {}, artifacts: unused } = sweep ?? {};
  const store = sweep && { address, looked: { seen, unseen }, unused, deleted: stored };
  printData({ name, namespace: cluster.namespace, unused: garbage, deleted: objects, store }, format);
}

export const gcCommand = command({
  name: 'gc',
  describe: 'Delete what no revision needs any more',
  does: 'shows what no revision needs any more, on the cluster and in the store, asks, and deletes it',
  usage: 'gc [--store-objects]',
  flags: takes,
  examples: [
    ['gc', 'show what goes, and ask'],
    ['gc --min-age 24h', 'leave what is younger'],
  ],
  schema: 'gc',
  run: selfGc,
});
