import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobServiceClient, StorageSharedKeyCredential } from '@azure/storage-blob';
import { type Gate, gateTo, gateToCluster } from '../kubernetes/gate.ts';
import { kubeconfigOf } from '../kubernetes/api-server.ts';
import { isEnding, podIsReady } from '../../../src/platforms/kubernetes/pods/pod-view.ts';
import { remove, removable } from '../../../src/platforms/kubernetes/apply/remove.ts';
import { testCluster, type TestCluster } from '../cluster/cluster.ts';
import { loadStockImage } from '../cluster/stock-image.ts';
import { podsOf, remainsOf, type Remains } from '../faults/place.ts';
import { asked, makeBucket } from '../stores/bucket.ts';
import type { Azurite } from '../stores/azurite-server.ts';
import { azuriteProcess } from '../stores/azurite.ts';
import { s3Server, type S3Server } from '../stores/seaweed.ts';
import type { Service } from './calls.ts';

/** Where commands run: a namespace of the real cluster, and real stores that its pods reach. */
export interface PointsPlace {
  readonly cluster: TestCluster;
  /** A way to all of it for one application, with a store of its own. */
  open(name: string, store: Service): Promise<AppWay>;
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
}

export interface State extends Remains {
  /** Pods that are ready, of whichever release. */
  readonly serving: number;
  /** Objects of the store, by name. */
  readonly stored: readonly string[];
}

export async function pointsPlace(): Promise<PointsPlace> {
  await loadStockImage();
  const cluster = await testCluster('points');
  const azurite = await azuriteProcess({ host: '0.0.0.0', publicHost: cluster.hostAddress });
  const s3 = await s3Server({ host: '0.0.0.0' });
  return {
    cluster,
    open: async (name, store) => wayTo({ cluster, azurite, s3 }, name, store),
    async close() {
      await cluster.close();
      await azurite.stop();
      await s3.stop();
    },
  };
}

interface Servers {
  readonly cluster: TestCluster;
  readonly azurite: Azurite;
  readonly s3: S3Server;
}

async function wayTo(servers: Servers, name: string, store: Service): Promise<AppWay> {
  const { cluster } = servers;
  const api = await gateToCluster(cluster.kubeconfig);
  const stored = await storeFor(servers, name, store);
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-points-'));
  const kubeconfig = join(folder, 'kubeconfig');
  await writeFile(kubeconfig, JSON.stringify(kubeconfigOf({ server: `http://127.0.0.1:${api.port}` }, {})));
  const { signal } = new AbortController();
  return {
    name,
    namespace: cluster.namespace,
    gates: { cluster: api, ...(stored.gate && { [store]: stored.gate }) },
    env: { KUBECONFIG: kubeconfig, ...stored.env },
    folder,
    async state() {
      const made = await removable(cluster.cluster, name, { signal });
      const pods = await podsOf(cluster, name);
      return {
        ...(await remainsOf(cluster, name)),
        objects: made.map(({ kind, name: own }) => `${kind} ${own}`),
        serving: pods.filter((pod) => podIsReady(pod) && !isEnding(pod)).length,
        stored: await stored.list(),
      };
    },
    async [Symbol.asyncDispose]() {
      await remove(cluster.cluster, name, { signal });
      await stored.remove();
      api.close();
      stored.gate?.close();
      await rm(folder, { recursive: true });
    },
  };
}

interface OwnStore {
  readonly gate?: Gate;
  readonly env: Readonly<Record<string, string>>;
  list(): Promise<string[]>;
  remove(): Promise<void>;
}

async function storeFor({ cluster, azurite, s3 }: Servers, name: string, store: Service): Promise<OwnStore> {
  const host = cluster.hostAddress;
  if (store === 'azure') {
    const gate = await gateTo({ url: `http://127.0.0.1:${azurite.port}` }, '0.0.0.0');
    const { account, key } = azurite;
    const own = new BlobServiceClient(
      `http://127.0.0.1:${azurite.port}/${account}`,
      new StorageSharedKeyCredential(account, key),
    ).getContainerClient(name);
    return {
      gate,
      env: { SELFSAME_STORE: `http://${host}:${gate.port}/${account}/${name}`, AZURE_STORAGE_KEY: key },
      async list() {
        if (!(await own.exists())) return [];
        return Array.fromAsync(own.listBlobsFlat(), (blob) => blob.name);
      },
      async remove() {
        await own.deleteIfExists();
      },
    };
  }
  if (store === 's3') {
    await makeBucket(s3, name);
    const gate = await gateTo({ url: `http://127.0.0.1:${s3.port}` }, '0.0.0.0');
    const list = async (): Promise<string[]> => {
      const listed = await (await asked(s3, `${name}?list-type=2`)).text();
      return [...listed.matchAll(/<Key>([^<]+)<\/Key>/g)].map(([, key = '']) => key);
    };
    return {
      gate,
      env: { SELFSAME_STORE: `s3://${name}?endpoint=http://${host}:${gate.port}`, ...s3.writer },
      list,
      async remove() {
        for (const path of [...(await list()).map((key) => `${name}/${key}`), name]) {
          await asked(s3, path, { method: 'DELETE' });
        }
      },
    };
  }
  return { env: { SELFSAME_STORE: 'cluster' }, list: async () => [], remove: async () => undefined };
}
