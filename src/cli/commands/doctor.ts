import { examineStores, type StoreState } from '../../deploy/preflight/doctor.ts';
import { settled, toFindings } from '../../platforms/findings.ts';
import { parseName } from '../../deploy/plan/kubernetes-name.ts';
import type { Cluster } from '../../platforms/kubernetes/api/client.ts';
import { kubernetesPlatform } from '../../platforms/kubernetes/platform.ts';
import { architecturesByNode } from '../../platforms/kubernetes/pods/nodes.ts';
import { openCluster } from '../context/cluster.ts';
import { tableLines } from '../terminal/plain-table.ts';
import { dataFormat, printData, printLines } from '../output/print-data.ts';
import type { Session } from '../context/session.ts';
import type { FlagsOf, FlagTable } from '../../shared/flag.ts';
import { flagTable } from '../../shared/flags.ts';
import { command } from '../context/command.ts';
import { deploymentFlags } from '../flags/shared-flags.ts';

const takes = {
  ...deploymentFlags,
  store: flagTable.store,
  'store-url': flagTable['store-url'],
} as const satisfies FlagTable;

/**
 * `self doctor`: what could hold executables here, and what each store would need. Changes nothing. Exit status 1 if the
 * store that a deploy would take cannot be used.
 */
async function selfDoctor(session: Session, flags: FlagsOf<typeof takes>): Promise<number> {
  const { app, signal } = session;
  const name = parseName(flags.name ?? app.name);
  const settings = { store: flags.store, storeUrl: flags['store-url'], environment: process.env };
  const reached = await toFindings(settled(openCluster(flags, session)));
  const { value: cluster } = reached;
  try {
    const { why, stores } = await examineStores(
      { ...reached, value: cluster && kubernetesPlatform(cluster) },
      { name, settings, signal },
    );
    const isFit = stores.some(({ isChosen, state }) => isChosen && state === 'works');
    const known = cluster && (await clusterOf(cluster, signal));
    const format = dataFormat(flags.output);
    if (format !== undefined) printData({ cluster: known, why, stores }, format);
    else printLines([...(known === undefined ? [] : [lineOf(known)]), ...table(stores), choiceText(stores, why)]);
    return isFit ? 0 : 1;
  } finally {
    await cluster?.close();
  }
}

interface ClusterReport {
  readonly context: string;
  readonly server: string;
  readonly version: string;
  readonly namespace: string;
  /** Of its nodes; absent where they may not be seen. */
  readonly architectures?: readonly string[];
}

async function clusterOf(cluster: Cluster, signal: AbortSignal): Promise<ClusterReport> {
  const nodes = await architecturesByNode(cluster, signal);
  const { context, server, version, namespace } = cluster;
  const architectures = nodes && [...new Set(nodes.values())].filter((arch) => arch !== '').sort();
  return { context, server, version, namespace, ...(architectures && { architectures }) };
}

function lineOf({ context, server, version, namespace, architectures }: ClusterReport): string {
  const nodes = architectures === undefined ? 'nodes that may not be seen' : `${architectures.join(' and ')} nodes`;
  return `Kubernetes ${version} at ${server} (context ${context}, namespace ${namespace}), ${nodes}`;
}

function choiceText(stores: readonly StoreState[], why: string): string {
  const chosen = stores.find(({ isChosen }) => isChosen);
  return chosen === undefined ? why : `A deploy takes ${chosen.kind}: ${why}`;
}

function table(stores: readonly StoreState[]): string[] {
  const rows = stores.map(({ kind, isChosen, state, needs }) => [kind, isChosen ? `${state}, chosen` : state, needs]);
  return tableLines(['STORE', 'STATE', 'NEEDS'], rows);
}

export const doctorCommand = command({
  name: 'doctor',
  describe: 'What stores there are here, and what each would need',
  does: 'says which store a deploy would take and what each would need; exit status 1 if that one cannot be used',
  flags: takes,
  examples: [['doctor', 'which store would a deploy take?']],
  schema: 'doctor',
  run: selfDoctor,
});
