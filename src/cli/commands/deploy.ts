import { costOfPlan, costText, type PlanCost } from '../../deploy/plan/cost.ts';
import { deploy } from '../../deploy/deploy.ts';
import { replicasText, type ScaledPlan } from '../../deploy/plan/replicas.ts';
import { openSecretsText } from '../../deploy/plan/secret-env.ts';
import { prepare } from '../../deploy/prepare.ts';
import { mayHaveApplied, type DeployStage } from '../../deploy/world.ts';
import { followLogs } from '../../platforms/kubernetes/logs/follow-logs.ts';
import { hideEnv } from '../../platforms/kubernetes/apply/hide-env.ts';
import { digestNamed } from '../../platforms/kubernetes/manifest/image-name.ts';
import { exceptionsIn } from '../../platforms/kubernetes/manifest/exceptions.ts';
import type { KubernetesObject } from '../../platforms/kubernetes/manifest/intent.ts';
import { exitStatus } from '../../shared/errors.ts';
import { loadPrices } from '../context/load-prices.ts';
import { afterDeploy, nextCommands } from '../context/next-commands.ts';
import { type ClusterDestination, onCluster, openDeploy, type OpenDeploy } from '../context/open-deploy.ts';
import type { Session } from '../context/session.ts';
import type { GivenFlags } from '../flags/command-line.ts';
import { dataFormat, printData, yamlText } from '../output/print-data.ts';
import { logLines } from '../terminal/log-lines.ts';
import { afterApply, printDeployed } from '../deploying/deploy-outcome.ts';
import { beginRun, type DeployRun, hasChanged } from '../deploying/deploy-run.ts';
import { interrupted } from '../deploying/interrupted.ts';
import { refuseToRemoveOthers, removeOnExit } from '../deploying/remove-on-exit.ts';
import { failureOf, tellCause } from '../deploying/rollout-failure.ts';

type Opened = OpenDeploy<ClusterDestination>;

/** `--kubernetes`: passes execution to the cluster and, once all replicas are ready, is done: the program goes on there. */
export async function deployCommand(session: Session, flags: GivenFlags, appArgs: readonly string[]): Promise<number> {
  const { terminal, signal } = session;
  const prices = loadPrices(flags.prices);
  const run = beginRun(flags);
  const onStage = (stage: DeployStage): void => {
    run.stage = stage;
    if (stage.at === 'failed') tellCause(session, stage.outcome);
  };
  try {
    const opened = await openDeploy(session, { flags, appArgs, onStage, open: onCluster(session, flags) });
    run.opened = opened;
    const { plan } = opened;
    tellLeftOut(session, plan, flags);
    const openSecrets = openSecretsText(flags.env);
    if (openSecrets !== undefined) terminal.report({ kind: 'warning', text: openSecrets });
    terminal.report({ kind: 'step', text: planText(opened) });
    const cost = costOfPlan(plan, prices);
    terminal.report({ kind: 'step', text: costText(cost) });
    if (flags['dry-run'] === true) return await printDryRun(opened, flags);
    if (flags.rm === true) run.foreign = await refuseToRemoveOthers(plan, { ...opened.destination, signal });
    return await deployAndStay(session, run, { opened, cost });
  } catch (error) {
    if (signal.aborted) return await interrupted(session, run);
    const isRemoved = flags.rm === true && hasChanged(run) && (await removeOnExit(session, run));
    throw mayHaveApplied(run.stage) ? afterApply(error, { isRemoved }) : error;
  } finally {
    terminal.close();
    await run.opened?.destination.platform.close();
  }
}

async function deployAndStay(
  session: Session,
  run: DeployRun,
  { opened, cost }: { readonly opened: Opened; readonly cost: PlanCost },
): Promise<number> {
  const { terminal, signal } = session;
  const { flags } = run;
  const { cluster } = opened.destination;
  const deployed = await deploy(opened.plan, opened.world);
  terminal.close();
  const failure = failureOf(session, deployed, flags);
  const reported = failure && afterApply(failure, { isRemoved: flags.rm === true });
  printDeployed(session, deployed, { cluster, flags, cost, failure: reported });
  if (failure !== undefined) throw failure;
  if (flags.logs !== true && flags.rm !== true) return 0;

  const data = logLines({ format: 'text', timestamps: false, isRaw: false, signal });
  try {
    await followLogs(cluster, {
      name: deployed.name,
      signal,
      // Beside a document, log lines are talk.
      onLine: dataFormat(flags.output) === undefined ? data : ({ pod, text }) => terminal.quote(pod, text),
      onNotice: (text) => terminal.report({ kind: 'warning', text }),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  // Ctrl-C is how one stops to follow the logs of a deploy that is done.
  if (flags.rm === true) return (await removeOnExit(session, run)) ? 0 : exitStatus['rollout-failed'];
  terminal.say(`Stopped following: ${deployed.name} goes on in ${cluster.namespace} without this program.`);
  terminal.say(...nextCommands(session, flags, afterDeploy(deployed)));
  return 0;
}

async function printDryRun({ plan, world, destination }: Opened, flags: GivenFlags): Promise<number> {
  const { intent } = await prepare(plan, world);
  printManifest(destination.platform.render(intent), flags.output === 'json' ? 'json' : 'yaml');
  world.report({ kind: 'step', text: 'Every check passed; nothing was changed' });
  return 0;
}

/** In place of a link: the word itself, as a Secret holds it. */
const hidden = Buffer.from('hidden').toString('base64');

/** Prints objects so that kubectl could read them, in YAML with what checkers will miss; nothing that is or looks secret is shown. */
function printManifest(objects: readonly KubernetesObject[], format: 'json' | 'yaml'): void {
  const shown = objects.map((object) =>
    object.kind === 'Secret' && 'data' in object
      ? Object.assign({}, object, {
          data: Object.fromEntries(Object.keys(object.data ?? {}).map((key) => [key, hidden])),
        })
      : hideEnv(object),
  );
  if (format === 'json') {
    printData({ apiVersion: 'v1', kind: 'List', items: shown }, format);
    return;
  }
  const why = exceptionsIn(objects).map((reason) => `# ${reason}\n`);
  process.stdout.write(`${why.join('')}${shown.map(yamlText).join('---\n')}`);
}

function planText({ plan, destination: { cluster, store, choice } }: Opened): string {
  const pin = digestNamed(plan.runnerImage) === undefined ? ' (not pinned: it has no digest)' : '';
  const runner = `${plan.runnerImage}${pin}${plan.runner === 'stock' ? ' with the runner in a ConfigMap' : ''}`;
  return `${plan.name}: ${replicasText(plan)} in namespace ${cluster.namespace} of ${cluster.context}, stored in ${store.address} (${store.access}; ${choice.why}), started by ${runner}`;
}

/** `--replicas` would fight the autoscaler over the same field. */
function tellLeftOut({ terminal }: Session, { scaledBy }: ScaledPlan, { replicas }: GivenFlags): void {
  if (replicas === undefined || scaledBy === undefined || scaledBy === 'what is there') return;
  const { name, min, max } = scaledBy;
  const text = `--replicas ${replicas} is left out: the autoscaler ${name} decides, from ${min} to ${max}`;
  terminal.report({ kind: 'warning', text });
}
