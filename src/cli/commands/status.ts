import { accessOfPods } from '../../deploy/preflight/store-access.ts';
import type { Status } from '../../platforms/kubernetes/rollout/status.ts';
import type { Access } from '../../store/store.ts';
import { configuredStore } from '../context/configured-store.ts';
import { onDeployment, type DeploymentFlags } from '../context/deployment.ts';
import { dataFormat, printData } from '../output/print-data.ts';
import { watchedStatus } from './status-watch.ts';
import type { Session } from '../context/session.ts';
import { podTable, statusLine } from '../terminal/status-text.ts';

export interface StatusFlags extends DeploymentFlags {
  readonly store?: string | undefined;
  readonly watch?: boolean | undefined;
}

/** `self status`: what runs, and where; and, where a store is configured, until when pods can read it. */
export async function selfStatus(session: Session, flags: StatusFlags): Promise<number> {
  const { terminal, signal } = session;
  const storeOf = await configuredStore(flags.store);
  return onDeployment(session, flags, async (cluster, status) => {
    const store = storeOf(cluster, status);
    const access = store && (await accessOfPods(status, { cluster, store, signal }));
    if (access?.warning !== undefined) terminal.report({ kind: 'warning', text: access.warning });
    const format = dataFormat(flags.output);
    const told = access && { access: access.access, validUntil: access.validUntil };
    const { context, server } = cluster;
    const documentOf = (now: Status): unknown => ({ ...now, context, server, store: told });
    if (flags.watch === true) return watchedStatus(session, cluster, { name: status.name, format, documentOf });
    if (format !== undefined) printData(documentOf(status), format);
    else {
      const lines = [statusLine(status), ...podTable(status.pods)];
      if (access !== undefined) lines.push(`Pods read the store by a ${accessText(access)}`);
      process.stdout.write(`${lines.join('\n')}\n`);
    }
    return 0;
  });
}

function accessText({ access, validUntil }: Access): string {
  return validUntil === undefined ? access : `${access}, until ${validUntil.toISOString().slice(0, 10)}`;
}
