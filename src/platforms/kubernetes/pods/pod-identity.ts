import pRetry from 'p-retry';
import * as v from 'valibot';
import type { Identity } from '../../../app/identity.ts';
import { DeployError } from '../../../shared/errors.ts';
import { isPassingStatus } from '../../../shared/network-failure.ts';
import type { ReplicaStart } from '../../outcome.ts';
import { refusalStatus } from '../api/api-error.ts';
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
export async function podIdentity(cluster: Cluster, pod: string, asked: AskedPod): Promise<PodIdentity> {
  const { output, success } = v.safeParse(saidIdentity, (await ask(cluster, pod, asked)).answer);
  if (success) return output as PodIdentity;
  throw new DeployError('cluster-refused', `Cannot tell what ${pod} runs: something else answers there`, {
    hint: 'Look what its image and its command are: kubectl describe pod.',
  });
}

/**
 * Asks a pod how it started (GET /selfsame/start), through the API server.
 *
 * @returns undefined if something else answers there.
 * @throws {DeployError} as `podIdentity`.
 */
export async function podStart(cluster: Cluster, pod: string, asked: AskedPod): Promise<ReplicaStart | undefined> {
  const { answer, answeredAt } = await ask(cluster, pod, { ...asked, path: '/start' });
  const { output: said, success } = v.safeParse(saidStart, answer);
  if (!success) return undefined;
  const bootAt = answeredAt - said.ageMs;
  const { runnerMs, fetchedBytes } = said;
  if (!runnerMs || typeof fetchedBytes !== 'number') return { bootAt };
  return { bootAt, runner: { fetchMs: runnerMs.fetch, verifyMs: runnerMs.verify, fetchedBytes } };
}

/** What of an identity is read; anybody may answer there. */
const word = v.nullish(v.string());
const saidIdentity = v.looseObject({ name: word, version: word, runner: word, target: word, node: word, host: word });

const milliseconds = v.pipe(v.number(), v.finite());
const saidStart = v.looseObject({
  ageMs: milliseconds,
  runnerMs: v.nullish(v.looseObject({ fetch: milliseconds, verify: milliseconds })),
  fetchedBytes: v.nullish(milliseconds),
});
/** An identity has half a kilobyte. */
const mostBytes = 1 << 16;

interface PodAnswer {
  readonly answer: unknown;
  /** About when the pod gave it, by `performance.now()`. */
  readonly answeredAt: number;
}

/** Asks again where the API server did not get through: the pod may be busy, or a connection ended that was kept open. */
async function ask(
  cluster: Cluster,
  pod: string,
  { port, scheme, path = '', signal }: AskedPod & { readonly path?: string },
): Promise<PodAnswer> {
  const name = `${scheme === undefined ? '' : `${scheme}:`}${pod}:${port}`;
  const proxied = `${pathOf('Pod', { namespace: cluster.namespace, name })}/proxy/selfsame${path}`;
  const once = async (): Promise<PodAnswer> => {
    const askedAt = performance.now();
    const answer = await cluster.request<unknown>('GET', proxied, { signal, mostBytes });
    return { answer, answeredAt: (askedAt + performance.now()) / 2 };
  };
  return pRetry(once, {
    retries: 3,
    minTimeout: 250,
    shouldRetry: ({ error }) => isPassingStatus(refusalStatus(error) ?? 0),
    signal,
  });
}
