import { historyOf, type Revision } from '../../platforms/kubernetes/rollout/history.ts';
import { noSuchDeployment, type DeploymentFlags, onNamed } from '../context/deployment.ts';
import { tableLines } from '../terminal/plain-table.ts';
import { dataFormat, printData, printLines } from '../output/print-data.ts';
import type { Session } from '../context/session.ts';
import { command } from '../context/command.ts';
import { deploymentFlags } from '../flags/shared-flags.ts';
import { short } from '../../shared/digest.ts';

/** `self history`: what was deployed, when, by whom, and what of it is there still. */
async function selfHistory(session: Session, flags: DeploymentFlags): Promise<number> {
  const { signal } = session;
  return onNamed(session, flags, async (cluster, name) => {
    const history = await historyOf(cluster, name, { signal });
    if (history === undefined) throw noSuchDeployment(name, cluster);
    const { revisions } = history;
    const format = dataFormat(flags.output);
    if (format === undefined) printLines(table(revisions));
    else {
      const listed = revisions.map(({ template: _template, ...revision }) => revision);
      printData({ name, namespace: cluster.namespace, context: cluster.context, revisions: listed }, format);
    }
    return 0;
  });
}

function table(revisions: readonly Revision[]): string[] {
  const rows = revisions.map(({ revision, release, deployedAt, by, ready, replicas, state }) => {
    const when = deployedAt?.toISOString().replace(/\.\d+Z$/, 'Z') ?? '';
    return [revision, short(release), when, by ?? '', `${ready}/${replicas}`, state];
  });
  return tableLines(['REVISION', 'RELEASE', 'DEPLOYED', 'BY', 'READY', 'STATE'], rows);
}

export const historyCommand = command({
  name: 'history',
  describe: 'What was deployed, when and by whom',
  does: 'prints what was deployed, when and by whom, and what became of it',
  flags: deploymentFlags,
  examples: [['history', 'who deployed what, and when?']],
  schema: 'history',
  run: selfHistory,
});
