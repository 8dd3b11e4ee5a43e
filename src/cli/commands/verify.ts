import { planFrom } from '../../deploy/plan/plan.ts';
import { planWith } from '../../deploy/plan/replicas.ts';
import { chooseStore } from '../../deploy/preflight/store-choice.ts';
import { type Verified, verify } from '../../deploy/verify.ts';
import { openSelf } from '../../executable/self.ts';
import type { EvidenceResult } from '../../platforms/evidence.ts';
import { isOurs } from '../../platforms/kubernetes/rollout/history.ts';
import { readDeployed } from '../../platforms/kubernetes/rollout/read-deployed.ts';
import { short } from '../../shared/digest.ts';
import { splitArguments } from '../../shared/flags.ts';
import { openCluster } from '../context/cluster.ts';
import { command } from '../context/command.ts';
import { noSuchDeployment } from '../context/deployment.ts';
import { withSignature } from '../context/required-signature.ts';
import type { Session } from '../context/session.ts';
import { readFlags } from '../flags/command-line.ts';
import { dataFormat, printData, printLines } from '../output/print-data.ts';
import { tableLines } from '../terminal/plain-table.ts';

/** By result; README has the table. */
const statusOf: Readonly<Record<EvidenceResult, number>> = { same: 0, differs: 1, 'not-proven': 8 };

const words: Readonly<Record<EvidenceResult, string>> = {
  same: 'same',
  differs: 'DIFFERS',
  'not-proven': 'not proven',
};

/**
 * `self verify`: is what runs what this executable would run, deployed with these flags? Exit status 1 if something differs, 8
 * if nothing does and something is not proven.
 *
 * @param argv the flags of `--kubernetes`, and the application's.
 */
async function selfVerify(session: Session, argv: readonly string[]): Promise<number> {
  const { app, terminal, signal, runners } = session;
  const { ownArgs, appArgs } = splitArguments(argv);
  const flags = readFlags(ownArgs);
  const planned = planFrom(app, flags, appArgs);
  const executable = await openSelf();
  const asked = await withSignature(planned, flags, executable);
  const choice = await chooseStore({ store: flags.store, storeUrl: flags['store-url'], environment: process.env });
  const cluster = await openCluster(flags, session);
  try {
    const deployed = await readDeployed(cluster, asked.name, { signal });
    const { deployment } = deployed;
    if (!isOurs(deployment) || deployment === undefined) throw noSuchDeployment(asked.name, cluster);
    const verified = await verify(
      planWith(asked, deployed),
      { ...deployed, deployment },
      {
        cluster,
        executable,
        stockRunner: runners.stock(),
        store: choice.opened,
        report: terminal.report,
        signal,
      },
    );
    const format = dataFormat(flags.output);
    terminal.close();
    if (format !== undefined) printData(verified, format);
    else {
      const parts = [comparisonTable(verified), reasonLines(verified), claimTable(verified)];
      const shown = parts.filter((lines) => lines.length > 0);
      printLines(shown.flatMap((lines, at) => (at === 0 ? lines : [''].concat(lines))));
    }
    terminal.say(conclusion(verified));
    return statusOf[verified.result];
  } finally {
    terminal.close();
    await cluster.close();
  }
}

function comparisonTable({ comparisons }: Verified): string[] {
  const rows = comparisons.map(({ evidence, object, result }) => [evidence, object, words[result]]);
  return tableLines(['EVIDENCE', 'OF', 'RESULT'], rows);
}

/** What differs, then what is not proven: a line for each reason. */
function reasonLines({ comparisons }: Verified): string[] {
  const open = comparisons
    .filter(({ result }) => result !== 'same')
    .toSorted((one, other) => (one.result < other.result ? -1 : 1));
  const byReason = Map.groupBy(open, ({ evidence, result, reason }) => `${words[result]}: ${evidence}: ${reason}`);
  return [...byReason].map(([text, of]) => `${text} (${of.map(({ object }) => object).join(', ')})`);
}

/** What pods say, which proves nothing. */
function claimTable({ pods }: Verified): string[] {
  const rows = pods.map(({ pod, target, wanted, claim }) => {
    const claims = [claim?.version, claim?.runner].map((digest) => (digest == null ? '-' : short(digest)));
    return [pod, target ?? '-', wanted === null ? '-' : short(wanted), ...claims];
  });
  const silent = pods.flatMap(({ pod, reason }) => (reason === undefined ? [] : [`${pod} claims nothing: ${reason}`]));
  return [...tableLines(['POD', 'TARGET', 'WANTED', 'CLAIMS', 'ITS RUNNER'], rows), ...silent];
}

function conclusion({ result, comparisons, pods, release, otherRelease }: Verified): string {
  const what = `${pods.length === 1 ? 'The pod' : `All ${pods.length} pods`} run${pods.length === 1 ? 's' : ''}`;
  if (result === 'same')
    return `${what} these bytes, release ${short(release)}: ${comparisons.length} comparisons agree.`;
  const count = comparisons.filter((one) => one.result === result).length;
  const some = `${count} of ${comparisons.length} comparisons`;
  if (result === 'differs' && otherRelease !== undefined) {
    const both = `release ${short(otherRelease)} is deployed, and this executable is ${short(release)}`;
    return `${some} differ: ${both}. Whether that one runs, its own executable can tell.`;
  }
  if (result === 'differs') return `${some} differ: what runs is not proven to be these bytes.`;
  return `Nothing differs, but ${some} could not be made: that these bytes run is not proven.`;
}

export const verifyCommand = command({
  name: 'verify',
  describe: 'Prove that what runs is this executable; takes the flags that it was deployed with',
  does: 'compares what runs with what this executable would run; exit status 1 if it differs, 8 if it is not proven',
  usage: 'verify [--runner-image IMAGE ...]',
  flags: {},
  takesDeployFlags: true,
  examples: [
    ['verify', 'are these the bytes that run?'],
    ['verify --env COLOUR=blue', 'and this the environment? With the flags of the deploy'],
  ],
  schema: 'verify',
  run: (session, _flags, { words: argv }) => selfVerify(session, argv),
});
