import type {
  V1ConfigMap,
  V1EndpointSlice,
  V1NetworkPolicy,
  V1Pod,
  V1ReplicaSet,
  V1Service,
} from '@kubernetes/client-node';
import { permitted } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { pathOf } from '../api/resource-paths.ts';
import type { LiveDeployment } from '../apply/apply.ts';
import { selectorLabels } from '../manifest/labels.ts';
import type { KubernetesDeployed } from '../rollout/read-deployed.ts';

/** What an API server and kubelets say of a deployment: nothing of it comes from the processes of its pods. */
export interface Observations {
  readonly deployment: LiveDeployment;
  /** Undefined where they may not be listed; so are the others. */
  readonly replicaSets: readonly V1ReplicaSet[] | undefined;
  /** All that the Service would choose, whoever made them. */
  readonly pods: readonly V1Pod[];
  /** Null: there is none. */
  readonly service: V1Service | null | undefined;
  readonly slices: readonly V1EndpointSlice[] | undefined;
  /** Looked at where one was asked for. */
  readonly policy: V1NetworkPolicy | null | undefined;
  /** Of the runner's script. */
  readonly configMap: V1ConfigMap | null | undefined;
}

/**
 * Reads what a deployment is compared by.
 *
 * @param options.configMap the name of the one that pods mount the runner from, if they do.
 * @throws {DeployError} `cluster-denied` where pods may not be listed; `cluster-unreachable`.
 */
export async function readEvidence(
  cluster: Cluster,
  name: string,
  {
    deployed,
    configMap,
    hasPolicy,
    signal,
  }: {
    readonly deployed: KubernetesDeployed & { readonly deployment: LiveDeployment };
    readonly configMap: string | undefined;
    readonly hasPolicy: boolean;
    readonly signal: AbortSignal;
  },
): Promise<Observations> {
  const { namespace } = cluster;
  const find = async <T>(path: string): Promise<T | null | undefined> =>
    permitted(async () => (await cluster.find<T>(path, { signal })) ?? null);
  const labelSelector = Object.entries(selectorLabels(name))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const [pods, service, slices, policy, runner] = await Promise.all([
    cluster.request<{ items: V1Pod[] }>('GET', pathOf('Pod', { namespace }), { query: { labelSelector }, signal }),
    find<V1Service>(pathOf('Service', { namespace, name })),
    permitted(async () =>
      cluster.request<{ items: V1EndpointSlice[] }>('GET', pathOf('EndpointSlice', { namespace }), {
        query: { labelSelector: `kubernetes.io/service-name=${name}` },
        signal,
      }),
    ),
    hasPolicy ? find<V1NetworkPolicy>(pathOf('NetworkPolicy', { namespace, name })) : undefined,
    configMap === undefined ? undefined : find<V1ConfigMap>(pathOf('ConfigMap', { namespace, name: configMap })),
  ]);
  const { deployment, replicaSets } = deployed;
  return { deployment, replicaSets, pods: pods.items, service, slices: slices?.items, policy, configMap: runner };
}
