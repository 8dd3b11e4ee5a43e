import { accessOfPods } from '../../deploy/preflight/store-access.ts';
import type { Status } from '../../platforms/kubernetes/rollout/status.ts';
import type { Access } from '../../store/store.ts';
import { configuredStore } from '../context/configured-store.ts';
import { onDeployment } from '../context/deployment.ts';
import { dataFormat, printData, printLines } from '../output/print-data.ts';
import { watchedStatus } from './status-watch.ts';
import type { Session } from '../context/session.ts';
import type { FlagsOf, FlagTable } from '../../shared/flag.ts';
import { flagTable } from '../../shared/flags.ts';
import { command } from '../context/command.ts';
import { deploymentFlags } from '../flags/shared-flags.ts';
import { podTable, statusLine } from '../terminal/status-text.ts';

const takes = {
  ...deploymentFlags,
  store: flagTable.store,
  watch: { type: 'boolean', describe: 'Show it anew whenever it changes, until Ctrl-C' },
} as const satisfies FlagTable;

/** `self status`: what runs, and where; and, where a store is configured, until when pods can read it. */
async function selfStatus(session: Session, flags: FlagsOf<typeof takes>): Promise<number> {
  const { terminal, signal } = session;
  const storeOf = await configuredStore(flags.store);
  return onDeployment(session, flags, async (cluster, status) => {
    const store = storeOf(cluster, status);
    const access = store && (await accessOfPods(status, { cluster, store, signal }));
    if (access?.warning !== undefined) terminal.report({ kind: 'warning', text: access.warning });
    const format = dataFormat(flags.output);
    const kept = access && { access: access.access, validUntil: access.validUntil };
    const { context, server } = cluster;
    const documentOf = (now: Status): unknown => ({ ...now, context, server, store: kept });
    if (flags.watch === true) return watchedStatus(session, cluster, { name: status.name, format, documentOf });
    if (format !== undefined) printData(documentOf(status), format);
    else {
      const lines = [statusLine(status), ...podTable(status.pods)];
      if (access !== undefined) lines.push(`Pods read the store by a ${accessText(access)}`);
      printLines(lines);
    }
    return 0;
  });
}

function accessText({ access, validUntil }: Access): string {
  return validUntil === undefined ? access : `${access}, until ${validUntil.toISOString().slice(0, 10)}`;
}

export const statusCommand = command({
  name: 'status',
  describe: 'What runs, and where',
  does: 'prints what runs, and where; with `--watch` again after each change, until Ctrl-C',
  usage: 'status [--watch]',
  flags: takes,
  isCommon: true,
  examples: [
    ['status', 'what runs where?'],
    ['status --watch', 'and whenever it changes'],
    ['status --output json', 'for a script'],
  ],
  schema: 'status',
  run: selfStatus,
});
