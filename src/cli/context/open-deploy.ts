import { planWith, type ScaledPlan } from '../../deploy/plan/replicas.ts';
import { type Plan, planFrom } from '../../deploy/plan/plan.ts';
import { chooseStore, refuseUnreadable, type StoreChoice } from '../../deploy/preflight/store-choice.ts';
import { stageClock } from '../../deploy/timings.ts';
import type { World } from '../../deploy/world.ts';
import { digestOfOwn } from '../../executable/rebuild.ts';
import { openSelf } from '../../executable/self.ts';
import { refusal, settled, toFindings } from '../../platforms/findings.ts';
import type { Cluster } from '../../platforms/kubernetes/api/client.ts';
import { type KubernetesPlatform, kubernetesPlatform } from '../../platforms/kubernetes/platform.ts';
import type { Platform } from '../../platforms/platform.ts';
import { DeployError } from '../../shared/errors.ts';
import type { Store, UrlStore } from '../../store/store.ts';
import type { GivenFlags } from '../flags/command-line.ts';
import { openCluster } from './cluster.ts';
import { withSignature } from './required-signature.ts';
import type { Session } from './session.ts';

/** Where a deploy goes, and where its artifacts are kept. */
export interface Destination {
  readonly platform: Platform;
  readonly store: Store;
}

/** A deploy that can begin. */
export interface OpenDeploy<D extends Destination> {
  readonly plan: ScaledPlan;
  readonly world: World;
  /** To be closed with its platform. */
  readonly destination: D;
}

export interface OpenDeployOptions<D extends Destination> {
  readonly flags: GivenFlags;
  /** The application's own words. */
  readonly appArgs: readonly string[];
  readonly onStage?: World['onStage'];
  /** Opens where it goes. */
  readonly open: (asked: Plan) => Promise<D>;
}

/**
 * Opens a deploy: reads the flags and the executable, connects, and reads what is there.
 *
 * @throws {DeployError} as `planFrom`, `openSelf`, `withSignature` and `open`; then nothing is left open.
 */
export async function openDeploy<D extends Destination>(
  session: Session,
  { flags, appArgs, onStage, open }: OpenDeployOptions<D>,
): Promise<OpenDeploy<D>> {
  const { terminal, signal, runners } = session;
  const planned = planFrom(session.app, flags, appArgs);
  const executable = await openSelf();
  const asked = await withSignature(planned, flags, executable);
  // Hashed in parallel with connecting; the code that needs the digest reports errors.
  void settled(digestOfOwn(executable));
  const destination = await open(asked);
  const { platform, store } = destination;
  try {
    const deployed = await platform.read(asked.name, { signal });
    const world: World = {
      platform,
      store,
      executable,
      runtimes: { source: flags['runtime-source'] },
      stockRunner: runners.stock(),
      report: terminal.report,
      showsStartup: terminal.isLive,
      signal,
      clock: stageClock(),
      onStage,
    };
    return { plan: planWith(asked, deployed), world, destination };
  } catch (error) {
    await platform.close();
    throw error;
  }
}

/** A cluster as a destination. */
export interface ClusterDestination extends Destination {
  readonly platform: KubernetesPlatform;
  readonly cluster: Cluster;
  readonly choice: StoreChoice;
}

/** Opens the cluster and the store that the flags name. */
export function onCluster(session: Session, flags: GivenFlags): (asked: Plan) => Promise<ClusterDestination> {
  return async (asked) => {
    const choice = await chooseStore({ store: flags.store, storeUrl: flags['store-url'], environment: process.env });
    refuseUnreadable(choice, asked);
    const cluster = await connected(session, flags, choice.opened);
    const platform = kubernetesPlatform(cluster);
    try {
      return { cluster, choice, platform, store: choice.open(platform, asked.name) };
    } catch (error) {
      await platform.close();
      throw error;
    }
  };
}

async function connected(session: Session, flags: GivenFlags, store: UrlStore | undefined): Promise<Cluster> {
  const { signal } = session;
  try {
    return await openCluster(flags, session);
  } catch (error) {
    signal.throwIfAborted();
    throw store === undefined ? error : await withStoreFindings(error, { store, signal });
  }
}

/**
 * The finding for a cluster that cannot be reached, with what is wrong with the store besides.
 *
 * @param error of the connection.
 */
async function withStoreFindings(
  error: unknown,
  { store, signal }: { readonly store: Store; readonly signal: AbortSignal },
): Promise<unknown> {
  if (!(error instanceof DeployError) || error.code === 'bad-name') return error;
  const { findings } = await toFindings(settled(store.check({ signal })));
  return refusal([error, ...findings]);
}
