import { costOfPlan, costText, type PlanCost } from '../../deploy/plan/cost.ts';
import { deploy, prepare, type World } from '../../deploy/deploy.ts';
import { settled } from '../../deploy/preflight/findings.ts';
import { planFrom } from '../../deploy/plan/plan.ts';
import { withStore } from '../../deploy/preflight/preflight.ts';
import { replicasText, scaledPlan, type ScaledPlan } from '../../deploy/plan/replicas.ts';
import { chooseStore, refuseUnreadable, type StoreChoice } from '../../deploy/preflight/store-choice.ts';
import { digestOfOwn } from '../../executable/rebuild.ts';
import { openSelf } from '../../executable/self.ts';
import type { Cluster } from '../../platforms/kubernetes/api/client.ts';
import { followLogs } from '../../platforms/kubernetes/logs/follow-logs.ts';
import { type Digest, short } from '../../shared/digest.ts';
import { exitStatus } from '../../shared/errors.ts';
import { openCluster } from '../context/cluster.ts';
import type { GivenFlags } from '../flags/command-line.ts';
import { afterApply, printDeployed } from './deploy-outcome.ts';
import { loadPrices } from '../context/load-prices.ts';
import { beginRun, type DeployRun, hasChanged } from './deploy-run.ts';
import { interrupted } from './interrupted.ts';
import { afterDeploy, nextCommands } from '../context/next-commands.ts';
import { logLines, prefixed } from '../terminal/log-lines.ts';
import { dataFormat } from '../output/print-data.ts';
import { printManifest } from '../output/print-manifest.ts';
import { failureOf, tellCause } from './rollout-failure.ts';
import type { Session } from '../context/session.ts';
import { refuseToRemoveOthers, removeOnExit } from './remove-on-exit.ts';

/** `--kubernetes`: passes execution to the cluster and, once all replicas are ready, is done: the program goes on there. */
export async function deployCommand(session: Session, given: GivenFlags, theirs: readonly string[]): Promise<number> {
  const { app, terminal, signal } = session;
  const asked = planFrom(app, given, theirs);
  const prices = await loadPrices(given.prices);
  const executable = await openSelf();
  // Beside waiting for the cluster; whoever needs it hears of what goes wrong.
  void settled(digestOfOwn(executable));
  const choice = await chooseStore({ store: given.store, storeUrl: given['store-url'], environment: process.env });
  refuseUnreadable(choice, asked);
  const run = beginRun({ name: asked.name, given, choice });
  try {
    const cluster = await connected(session, run);
    run.cluster = cluster;
    const world: World = {
      cluster,
      store: choice.open(cluster, asked.name),
      executable,
      runtimes: { source: given['runtime-source'] },
      stockRunner: session.runners.stock(),
      report: terminal.report,
      tellsStarts: terminal.isLive,
      signal,
      ...noting(session, run),
    };
    // With --rm it goes altogether: nothing of that name was there before.
    const rollsBack = asked.rollsBack && given.rm !== true;
    const plan = await scaledPlan({ ...asked, rollsBack }, world);
    tellLeftOut(plan, world, given);
    terminal.report({ kind: 'step', stage: 'plan', text: planText(plan, world, choice) });
    const cost = costOfPlan(plan, prices);
    terminal.report({ kind: 'step', stage: 'plan', text: costText(cost) });
    if (given['dry-run'] === true) return await dryRun(plan, world, given);
    if (given.rm === true) run.foreign = await refuseToRemoveOthers(plan.name, world);
    return await deployAndStay(session, run, { plan, world, cost });
  } catch (error) {
    if (signal.aborted) return await interrupted(session, run);
    const isRemoved = given.rm === true && hasChanged(run) && (await removeOnExit(session, run));
    throw run.stage === 'before' || run.stage === 'storing' ? error : afterApply(error, { isRemoved });
  } finally {
    terminal.close();
    await run.cluster?.close();
  }
}

async function connected(session: Session, { given, choice }: DeployRun): Promise<Cluster> {
  const { signal } = session;
  try {
    return await openCluster(given, session);
  } catch (error) {
    signal.throwIfAborted();
    throw choice.opened === undefined ? error : await withStore(error, { store: choice.opened, signal });
  }
}

/** Keeps a run up to date about how far it has come. */
function noting(
  session: Session,
  run: DeployRun,
): Pick<World, 'onStore' | 'onApply' | 'onApplied' | 'onFailed' | 'onUndo' | 'onUndone'> {
  return {
    onStore: ({ isFirst }) => Object.assign(run, { stage: 'storing', isFirst }),
    onApply: ({ isFirst }) => Object.assign(run, { stage: 'applying', isFirst }),
    onApplied({ kind, name }, { leavesWayBack }) {
      run.applied.push(`${kind} ${name}`);
      // It comes last.
      if (kind === 'Deployment') Object.assign(run, { stage: 'applied', leavesWayBack });
    },
    onFailed(outcome) {
      run.stage = 'failed';
      tellCause(session, outcome);
    },
    onUndo() {
      run.stage = 'undoing';
    },
    onUndone({ release }) {
      run.stage = 'undone';
      run.undoneTo = short(release as Digest);
    },
  };
}

async function deployAndStay(
  session: Session,
  run: DeployRun,
  { plan, world, cost }: { readonly plan: ScaledPlan; readonly world: World; readonly cost: PlanCost },
): Promise<number> {
  const { terminal, signal } = session;
  const { given } = run;
  const deployed = await deploy(plan, world);
  terminal.close();
  const failure = failureOf(session, deployed, given);
  const told = failure && afterApply(failure, { isRemoved: given.rm === true });
  printDeployed(session, deployed, { ...world, given, cost, failure: told });
  if (failure !== undefined) throw failure;
  if (given.logs !== true && given.rm !== true) return 0;

  // Beside a document, log lines are talk.
  const talk = prefixed(terminal.say, process.stderr);
  const data = logLines({ format: 'text', timestamps: false, signal });
  try {
    await followLogs(world.cluster, {
      name: deployed.name,
      signal,
      onLine: dataFormat(given.output) === undefined ? data : ({ pod, text }) => talk(pod, text),
      onNotice: (text) => terminal.report({ kind: 'warning', text }),
    });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
  // Ctrl-C is how one stops to follow the logs of a deploy that is done.
  if (given.rm === true) return (await removeOnExit(session, run)) ? 0 : exitStatus['rollout-failed'];
  terminal.say(`Stopped following: ${deployed.name} goes on in ${deployed.namespace} without this program.`);
  terminal.say(nextCommands(session, given, afterDeploy(deployed)));
  return 0;
}

async function dryRun(plan: ScaledPlan, world: World, given: GivenFlags): Promise<number> {
  const { objects } = await prepare(plan, world);
  printManifest(objects, given.output === 'json' ? 'json' : 'yaml');
  world.report({ kind: 'step', stage: 'manifest', text: 'Every check passed; nothing was changed' });
  return 0;
}

function planText(plan: ScaledPlan, { cluster, store }: World, { why }: StoreChoice): string {
  const runner = `${plan.runnerImage}${plan.runner === 'stock' ? ' with the runner in a ConfigMap' : ''}`;
  return `${plan.name}: ${replicasText(plan)} in namespace ${cluster.namespace} of ${cluster.context}, stored in ${store.address} (${store.access}; ${why}), started by ${runner}`;
}

/** An autoscaler and `--replicas` would pull at one number. */
function tellLeftOut({ scaledBy }: ScaledPlan, { report }: World, { replicas }: GivenFlags): void {
  if (replicas === undefined || scaledBy === undefined || scaledBy === 'what is there') return;
  const { name, min, max } = scaledBy;
  const text = `--replicas ${replicas} is left out: the autoscaler ${name} decides, from ${min} to ${max}`;
  report({ kind: 'warning', text });
}
