import { deploy } from '../../deploy/deploy.ts';
import { chooseStore } from '../../deploy/preflight/store-choice.ts';
import type { RolloutOutcome } from '../../platforms/outcome.ts';
import type { LocalReplica } from '../../platforms/local/local.ts';
import { type LocalStore, openLocalStore } from '../../platforms/local/local-store.ts';
import { type LocalPlatform, localPlatform } from '../../platforms/local/platform.ts';
import { mayHaveApplied, type DeployStage } from '../../deploy/world.ts';
import { DeployError } from '../../shared/errors.ts';
import { type Destination, openDeploy } from '../context/open-deploy.ts';
import type { Session } from '../context/session.ts';
import type { GivenFlags } from '../flags/command-line.ts';
import { dataFormat, printData } from '../output/print-data.ts';

interface LocalDestination extends Destination {
  readonly platform: LocalPlatform;
  /** Open where no other store is configured. */
  readonly ownStore: LocalStore | undefined;
}

/** `--local`: the same stages, the same runner and the same bytes, with processes in the place of pods. Stays until Ctrl-C. */
export async function localCommand(session: Session, flags: GivenFlags, appArgs: readonly string[]): Promise<number> {
  const { terminal, signal } = session;
  let stage: DeployStage = { at: 'checking' };
  const onStage = (now: DeployStage): void => {
    stage = now;
  };
  const { plan, world, destination } = await openDeploy(session, {
    flags,
    appArgs,
    onStage,
    open: onThisMachine(session, flags),
  });
  const { platform, store, ownStore } = destination;
  const { name, replicas } = plan;
  let wereReady = false;
  try {
    const count = replicas === 1 ? '1 replica' : `${replicas} replicas`;
    const text = `${name}: ${count} on this machine, stored in ${store.address} (${store.access})`;
    terminal.report({ kind: 'step', text });
    const { outcome } = await deploy(plan, world);
    refuseFailed(outcome);
    wereReady = true;
    announce(session, flags, { replicas: platform.replicas(name), serves: plan.port !== undefined });
    await platform.ended(name);
  } catch (error) {
    if (!signal.aborted || !mayHaveApplied(stage)) throw error;
  } finally {
    await platform.close();
    await ownStore?.[Symbol.asyncDispose]();
  }
  terminal.say(`All replicas of ${name} are stopped`);
  // Ctrl-C is how this is meant to end; before they were ready it was not done.
  return wereReady ? 0 : session.endedStatus();
}

function onThisMachine(session: Session, flags: GivenFlags): () => Promise<LocalDestination> {
  const { app, terminal, signal, atOnce, runners } = session;
  return async () => {
    const platform = localPlatform({
      runner: runners.thin(),
      onLine: terminal.quote,
      signal,
      atOnce,
    });
    const choice = await chooseStore({ store: flags.store, storeUrl: flags['store-url'], environment: process.env });
    const ownStore = choice.isDefault ? await openLocalStore(app.name) : undefined;
    const store = choice.opened ?? ownStore?.store;
    if (store !== undefined) return { platform, store, ownStore };
    throw new DeployError('bad-store', 'Cannot keep executables in a cluster without a cluster', {
      hint: 'Leave --store and SELFSAME_STORE out: this machine keeps them itself.',
    });
  };
}

/** @throws {DeployError} `rollout-undone`: nothing is left running. */
function refuseFailed(outcome: RolloutOutcome | undefined): void {
  if (outcome?.kind !== 'failed' && outcome?.kind !== 'timeout') return;
  const { summary = 'The replicas are not ready', nextStep = 'Look at their output.' } = outcome.diagnosis ?? {};
  throw new DeployError('rollout-undone', summary, { hint: nextStep });
}

function announce(
  { terminal }: Session,
  flags: GivenFlags,
  { replicas, serves }: { readonly replicas: readonly LocalReplica[]; readonly serves: boolean },
): void {
  terminal.report({ kind: 'step', text: `${replicas.length}/${replicas.length} ready; Ctrl-C stops them` });
  const format = dataFormat(flags.output);
  if (format !== undefined) {
    printData({ replicas }, format);
    return;
  }
  if (serves) for (const { name, url } of replicas) process.stdout.write(`${name} ${url}\n`);
}
