import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { BlockList, createServer, isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { V1Node } from '@kubernetes/client-node';
import { clusterSource, kindName } from './cluster-source.ts';
import { type Cluster, connect } from '../../../src/platforms/kubernetes/api/client.ts';
import { imageOnce } from './image-once.ts';
import { untilSeen } from './until-seen.ts';

/** A real cluster with a namespace of one's own, in which the restricted Pod Security Standard is enforced. */
export interface TestCluster {
  readonly kubeconfig: string;
  /** An administrator's, where the cluster has it: `kubeconfig` may be of an account with fewer rights. */
  readonly adminKubeconfig: string;
  readonly namespace: string;
  /** This machine, as pods see it. */
  readonly hostAddress: string;
  readonly cluster: Cluster;
  /** Removes the namespace with all that is in it. */
  close(): Promise<void>;
}

const run = promisify(execFile);

/** The image that cluster tests run instead of an application; see its folder. */
export const serverImage = 'docker.io/library/selfsame-test-server:1';

/**
 * The cluster of KUBECONFIG, or of the command in SELFSAME_TEST_CLUSTER (`COMMAND up`, then `COMMAND env`), or kind's where
 * Docker runs.
 */
export async function testCluster(suite: string): Promise<TestCluster> {
  const kubeconfig = await findKubeconfig();
  const namespace = `selfsame-${suite}-${randomBytes(3).toString('hex')}`;
  const { signal } = new AbortController();
  const cluster = await connect({ kubeconfig, namespace, environment: process.env, signal });
  const labels = { 'pod-security.kubernetes.io/enforce': 'restricted', 'selfsame.dev/test': suite };
  await cluster.request('POST', '/api/v1/namespaces', { body: { metadata: { name: namespace, labels } } });
  await untilAccount(cluster);
  return {
    kubeconfig,
    adminKubeconfig: kubeconfig,
    namespace,
    hostAddress: await hostAddressOf(cluster),
    cluster,
    async close() {
      await cluster.request('DELETE', `/api/v1/namespaces/${namespace}`);
      await cluster.close();
    },
  };
}

/** Puts `serverImage` onto the nodes. */
export async function loadServerImage(): Promise<void> {
  await loadImage(serverImage, join(import.meta.dirname, '../../fixtures/server-image'));
}

/** Builds an image from a folder with a Dockerfile and puts it onto the nodes, since no registry is there. */
export async function loadImage(image: string, folder: string): Promise<void> {
  const command = process.env['SELFSAME_TEST_CLUSTER'];
  // A cluster that is given has its images, since nobody but its owner knows how they get there.
  if (command === undefined && process.env['KUBECONFIG']) return;
  await imageOnce(image, async () => {
    if (command === undefined) {
      await run('docker', ['build', '--quiet', '--tag', image, folder]);
      await run('kind', ['load', 'docker-image', '--name', kindName, image]);
      return;
    }
    await run(command, ['base', 'amd64']);
    await run('buildah', ['build', '--isolation', 'chroot', '--quiet', '--tag', image, folder]);
    await run(command, ['load', image]);
  });
}

/**
 * Ends the API server of SELFSAME_TEST_CLUSTER as a power cut would, and starts it again; another one is not ours to end, so
 * the way to it is cut.
 *
 * @param away called while it is away.
 */
export async function withoutApiServer(way: { cut(): void; mend(): void }, away: () => Promise<void>): Promise<void> {
  const command = process.env['SELFSAME_TEST_CLUSTER'];
  if (command === undefined) way.cut();
  else await run(command, ['kill', 'kube-apiserver']);
  try {
    await away();
  } finally {
    if (command === undefined) way.mend();
    else await run(command, ['start', 'kube-apiserver']);
  }
}

/** `npm test` has started it, and says where it is; a test file that runs alone does that itself. */
async function findKubeconfig(): Promise<string> {
  const found = process.env['SELFSAME_TEST_KUBECONFIG'];
  if (found !== undefined) return found;
  const source = clusterSource();
  if (source !== undefined) return source.up();
  throw new Error(
    'No cluster to test with: set KUBECONFIG, or SELFSAME_TEST_CLUSTER to a command that starts one, or start Docker and install kind',
  );
}

/** A new namespace takes no pods before its service account is there. */
async function untilAccount(cluster: Cluster): Promise<void> {
  await untilSeen(cluster, `/api/v1/namespaces/${cluster.namespace}/serviceaccounts`, {
    query: { fieldSelector: 'metadata.name=default' },
    isWanted: () => true,
  });
}

/** The address of this machine in the network of the nodes. */
async function hostAddressOf(cluster: Cluster): Promise<string> {
  const { items } = await cluster.request<{ items: V1Node[] }>('GET', '/api/v1/nodes');
  const addresses = items.flatMap(({ status }) => status?.addresses ?? []);
  const nodes = addresses
    .filter(({ type, address }) => type === 'InternalIP' && isIPv4(address))
    .map(({ address }) => address);
  // A network without pods yet is no running interface, and not listed; its address is ours all the same.
  for (const address of nodes) if (await isOwn(address)) return address;
  for (const { address, cidr, family } of Object.values(networkInterfaces()).flatMap((own = []) => own)) {
    if (family !== 'IPv4' || cidr === null) continue;
    const network = new BlockList();
    network.addSubnet(address, Number(cidr.split('/')[1]));
    if (nodes.some((node) => network.check(node))) return address;
  }
  throw new Error(`No address of this machine is in the network of the nodes (${nodes.join(', ')})`);
}

/** True if this machine can listen there. */
async function isOwn(address: string): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(0, address);
    await once(server, 'listening');
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRNOTAVAIL') return false;
    throw error;
  } finally {
    server.close();
  }
}
