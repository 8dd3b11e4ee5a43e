import type { Identity, ProcessStart } from '../../../app/identity.ts';
import type { ReplicaStart } from '../../outcome.ts';
import type { Cluster } from '../api/client.ts';
import { pathOf } from '../api/resource-paths.ts';

/** What a running replica says of itself (GET /selfsame), as far as it says so: an earlier selfsame may have built it. */
export type PodIdentity = Partial<Identity>;

/** Where a pod serves, and how long it may take. */
interface AskedPod {
  readonly port: number;
  readonly scheme?: 'https' | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Asks a pod what it runs, through the API server: pods need not be reachable from here.
 *
 * @throws {DeployError} `cluster-refused` if the pod does not answer so, `cluster-denied` without the right to `pods/proxy`.
 */
export async function podIdentity(
  cluster: Cluster,
  pod: string,
  { signal, ...served }: AskedPod,
): Promise<PodIdentity> {
  return cluster.request<PodIdentity>('GET', proxyPath(cluster, pod, served), { signal });
}

/**
 * Asks a pod how it started (GET /selfsame/start), through the API server.
 *
 * @returns undefined if something else answers there.
 * @throws {DeployError} as `podIdentity`.
 */
export async function podStart(
  cluster: Cluster,
  pod: string,
  { signal, ...served }: AskedPod,
): Promise<ReplicaStart | undefined> {
  const askedAt = performance.now();
  const answer = await cluster.request<Partial<ProcessStart> | string>(
    'GET',
    `${proxyPath(cluster, pod, served)}/start`,
    { signal },
  );
  if (typeof answer !== 'object' || typeof answer.ageMs !== 'number') return undefined;
  // It answered about halfway.
  const bootAt = (askedAt + performance.now()) / 2 - answer.ageMs;
  const { runnerMs, fetchedBytes } = answer;
  if (!runnerMs || typeof fetchedBytes !== 'number') return { bootAt };
  return { bootAt, runner: { fetchMs: runnerMs.fetch, verifyMs: runnerMs.verify, fetchedBytes } };
}

function proxyPath({ namespace }: Cluster, pod: string, { port, scheme }: AskedPod): string {
  const name = `${scheme === undefined ? '' : `${scheme}:`}${pod}:${port}`;
  return `${pathOf('Pod', { namespace, name })}/proxy/selfsame`;
}
