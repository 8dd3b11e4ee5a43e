import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { type Cluster, connect } from '../../../src/platforms/kubernetes/api/client.ts';
import { pathOf } from '../../../src/platforms/kubernetes/api/resource-paths.ts';
import { watch } from '../../../src/platforms/kubernetes/api/watch.ts';
import { labelSelector } from '../../../src/platforms/kubernetes/manifest/labels.ts';
import { isEnding, podIsReady } from '../../../src/platforms/kubernetes/pods/pod-view.ts';
import { remove, removable } from '../../../src/platforms/kubernetes/apply/remove.ts';
import { deployerCluster } from '../cluster/account.ts';
import { loadStockImage } from '../cluster/stock-image.ts';
import { remainsOf, type Remains } from '../faults/place.ts';
import { kubeconfigOf } from '../kubernetes/api-server.ts';
import { type Gate, gateTo, gateToCluster } from '../kubernetes/gate.ts';
import { playedCluster } from '../kubernetes/played-cluster.ts';
import { azuriteProcess } from '../stores/azurite.ts';
import { s3Server } from '../stores/seaweed.ts';
import type { Service } from './calls.ts';
import { addressElsewhere } from './commands.ts';
import { type KeptStore, type OwnStore, ownStore } from './stores.ts';

/** Where commands run: a cluster, and real stores. */
export interface PointsPlace {
  /** A way to all of it for one application, with a store of its own. `kept`: what that begins with. */
  open(name: string, store: Service, kept?: KeptStore): Promise<AppWay>;
  close(): Promise<void>;
}

/** All that an application and its deployer ask goes through here. */
export interface AppWay extends AsyncDisposable {
  readonly name: string;
  readonly namespace: string;
  readonly gates: Readonly<Partial<Record<Service, Gate>>>;
  /** For the deployer. */
  readonly env: Readonly<Record<string, string>>;
  /** For what is temporary. */
  readonly folder: string;
  /** What there is now. */
  state(): Promise<State>;
  /** Copies what is stored now, for other applications to begin with. */
  keepStored(): Promise<KeptStore>;
  /** Begins to watch its pods, of whichever release; what it returns ends that. */
  watchServing(): Promise<() => Promise<Serving>>;
}

/** How many pods were ready. */
interface Serving {
  readonly atFirst: number;
  readonly atLeast: number;
}

export interface State extends Remains {
  /** Objects of the store, by name. */
  readonly stored: readonly string[];
}

/** A namespace of the real cluster, whose pods read the stores. */
export async function pointsPlace(): Promise<PointsPlace> {
  await loadStockImage();
  const test = await deployerCluster('points', []);
  const { cluster, namespace, hostAddress } = test;
  const azurite = await azuriteProcess({ host: '0.0.0.0', publicHost: hostAddress });
  const s3 = await s3Server({ host: '0.0.0.0' });
  const here = async (): Promise<ClusterHere> => {
    const gate = await gateToCluster(test.kubeconfig);
    return { cluster, namespace, gate, close: async () => gate.close() };
  };
  return {
    async open(name, store, kept) {
      await test.grant(name);
      return wayTo(await here(), await ownStore({ azurite, s3, hostAddress }, name, store, kept), name);
    },
    async close() {
      await test.close();
      await azurite.stop();
      await s3.stop();
    },
  };
}

/** A played cluster for each application, whose pods do as their nodes would have them do, and read no store. */
export async function playedPointsPlace(): Promise<PointsPlace> {
  const azurite = await azuriteProcess();
  const s3 = await s3Server();
  const stores = { azurite, s3, hostAddress: '127.0.0.1' };
  return {
    open: async (name, store, kept) => wayTo(await playedHere(), await ownStore(stores, name, store, kept), name),
    async close() {
      await azurite.stop();
      await s3.stop();
    },
  };
}

interface ClusterHere {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly gate: Gate;
  close(): Promise<void>;
}

async function playedHere(): Promise<ClusterHere> {
  const played = await playedCluster({
    // What has an address that is not its own ends at once.
    comesTo: ({ spec }) => (JSON.stringify(spec).includes(addressElsewhere) ? 'crashing' : 'ready'),
  });
  const { signal } = new AbortController();
  const cluster = await connect({ kubeconfig: await played.kubeconfig(), environment: {}, signal });
  const gate = await gateTo({ url: played.url });
  return {
    cluster,
    namespace: cluster.namespace,
    gate,
    async close() {
      await cluster.close();
      gate.close();
      await played.close();
    },
  };
}

async function wayTo(here: ClusterHere, stored: OwnStore, name: string): Promise<AppWay> {
  const { cluster, namespace, gate } = here;
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-points-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(kubeconfigOf({ server: `http://127.0.0.1:${gate.port}` }, {})));
  const { signal } = new AbortController();
  return {
    name,
    namespace,
    gates: { cluster: gate, ...stored.gates },
    env: { KUBECONFIG: kubeconfig, ...stored.env },
    folder,
    async state() {
      const made = await removable(cluster, name, { signal });
      const objects = made.map(({ kind, name: own }) => `${kind} ${own}`);
      return { ...(await remainsOf(here, name)), objects, stored: await stored.list() };
    },
    keepStored: async () => stored.keep(),
    watchServing: async () => watchServing(here, name),
    async [Symbol.asyncDispose]() {
      await remove(cluster, name, { signal });
      await here.close();
      await stored.remove();
      await rm(folder, { recursive: true });
    },
  };
}

async function watchServing(
  { cluster, namespace }: Pick<ClusterHere, 'cluster' | 'namespace'>,
  name: string,
): Promise<() => Promise<Serving>> {
  const done = new AbortController();
  const isWatched = Promise.withResolvers<void>();
  const counts: number[] = [];
  const watching = watch<V1Pod>(cluster, pathOf('Pod', { namespace }), {
    query: { labelSelector: labelSelector(name) },
    signal: done.signal,
    onChange(pods) {
      counts.push([...pods.values()].filter((pod) => podIsReady(pod) && !isEnding(pod)).length);
      isWatched.resolve();
    },
  });
  const ended = watching.catch((error: unknown) => {
    if (!done.signal.aborted) throw error;
  });
  await Promise.race([isWatched.promise, ended]);
  return async () => {
    done.abort();
    await ended;
    return { atFirst: counts[0] ?? 0, atLeast: Math.min(...counts) };
  };
}
