import type { ReplicaStart } from '../../outcome.ts';
import type { Cluster } from '../api/client.ts';
import { pathOf } from '../api/resource-paths.ts';

/** What a running replica says of itself (GET /selfsame): `version` is the SHA-256 of the file that it runs from. */
export interface PodIdentity {
  readonly name: string;
  readonly version: string;
  /** What the runner found when it hashed what it had fetched. */
  readonly runner?: string;
  /** What the runner took, in milliseconds; absent or null without a runner. */
  readonly runnerMs?: { readonly fetch: number; readonly verify: number } | null;
  /** What the runner fetched over the network; 0 after a restart. */
  readonly fetchedBytes?: number | null;
  readonly target?: string;
  readonly node?: string;
  readonly pod?: string;
  readonly startedAt?: string;
}

/**
 * Asks a pod what it runs, through the API server: pods need not be reachable from here.
 *
 * @throws {DeployError} `cluster-refused` if the pod does not answer so, `cluster-denied` without the right to `pods/proxy`.
 */
export async function podIdentity(
  cluster: Cluster,
  pod: string,
  { port, signal }: { port: number; signal?: AbortSignal },
): Promise<PodIdentity> {
  return cluster.request<PodIdentity>('GET', proxyPath(cluster, pod, port), { ...(signal && { signal }) });
}

interface StartAnswer {
  readonly ageMs: number;
  readonly runnerMs: { readonly fetch: number; readonly verify: number } | null;
  readonly fetchedBytes: number | null;
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
  { port, signal }: { port: number; signal?: AbortSignal },
): Promise<ReplicaStart | undefined> {
  const askedAt = performance.now();
  const answer = await cluster.request<Partial<StartAnswer> | string>('GET', `${proxyPath(cluster, pod, port)}/start`, {
    ...(signal && { signal }),
  });
  if (typeof answer !== 'object' || typeof answer.ageMs !== 'number') return undefined;
  // It answered about halfway.
  const bootAt = (askedAt + performance.now()) / 2 - answer.ageMs;
  const { runnerMs, fetchedBytes } = answer;
  if (!runnerMs || typeof fetchedBytes !== 'number') return { bootAt };
  return { bootAt, runner: { fetchMs: runnerMs.fetch, verifyMs: runnerMs.verify, fetchedBytes } };
}

function proxyPath({ namespace }: Cluster, pod: string, port: number): string {
  return `${pathOf('Pod', { namespace, name: `${pod}:${port}` })}/proxy/selfsame`;
}
