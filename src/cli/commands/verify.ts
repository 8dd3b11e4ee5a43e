import Table from 'cli-table3';
import { verify, type Verified } from '../../deploy/verify.ts';
import { openSelf } from '../../executable/self.ts';
import { versionsOf } from '../../executable/version.ts';
import { configuredStore } from '../context/configured-store.ts';
import { onDeployment } from '../context/deployment.ts';
import { plainTable } from '../terminal/plain-table.ts';
import { dataFormat, printData } from '../output/print-data.ts';
import type { Session } from '../context/session.ts';
import type { FlagsOf, FlagTable } from '../../shared/flag.ts';
import { flagTable } from '../../shared/flags.ts';
import { command } from '../context/command.ts';
import { deploymentFlags } from '../flags/shared-flags.ts';

const takes = { ...deploymentFlags, store: flagTable.store } as const satisfies FlagTable;

type VerifyFlags = FlagsOf<typeof takes>;

/** `self verify`: are the bytes that run the bytes that were meant? Exit status 1 if not. */
async function selfVerify(session: Session, flags: VerifyFlags): Promise<number> {
  const { app, terminal, signal } = session;
  const executable = await openSelf();
  const storeOf = await configuredStore(flags.store);
  return onDeployment(session, flags, async (cluster, status) => {
    const store = storeOf(cluster, status);
    if (store === undefined)
      terminal.report({ kind: 'warning', text: 'no store is configured, so it is not asked; pass --store' });
    const versions = await versionsOf(executable.blob);
    const verified = await verify({ ...status, name: app.name }, versions, {
      cluster,
      ...(store && { store }),
      signal,
    });
    const isSame = verified.length > 0 && verified.every((pod) => pod.isSame);
    const format = dataFormat(flags.output);
    if (format !== undefined) printData({ same: isSame, pods: verified }, format);
    else process.stdout.write(`${table(verified)}\n`);
    const count = verified.filter((pod) => pod.isSame).length;
    terminal.say(
      isSame ? `All ${count} pods run these bytes.` : `${count} of ${verified.length} pods run these bytes.`,
    );
    return isSame ? 0 : 1;
  });
}

function table(verified: readonly Verified[]): string {
  const rows = new Table({
    head: ['POD', 'TARGET', 'EXECUTABLE', 'STORED', 'ANNOTATION', 'RUNNER', 'PROCESS', ''],
    ...plainTable,
  });
  for (const { pod, target, executable, stored, annotation, runner, process: running, isSame, reason } of verified) {
    const answers = [executable, stored, annotation, runner, running].map((answer) => answer?.slice(0, 12) ?? '-');
    rows.push([
      pod,
      target ?? '-',
      ...answers,
      isSame ? 'same' : `DIFFERS${reason === undefined ? '' : `: ${reason}`}`,
    ]);
  }
  return rows.toString();
}

export const verifyCommand = command({
  name: 'verify',
  describe: 'Compare the bytes wanted, stored, pulled and running',
  does: 'compares the bytes wanted, stored, pulled and running; exit status 1 if they differ',
  flags: takes,
  examples: [['verify', 'are these the bytes that run?']],
  schema: 'verify',
  run: selfVerify,
});
