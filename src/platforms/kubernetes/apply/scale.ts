import type { V1Deployment, V2HorizontalPodAutoscaler } from '@kubernetes/client-node';
import { permitted } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { managedBy } from '../manifest/labels.ts';
import { applicationContainer } from '../manifest/pod-spec.ts';
import { ownsReplicas } from './managed-fields.ts';
import { pathOf } from '../api/resource-paths.ts';
import type { Scaling } from '../../deployed.ts';

/** How many replicas are wanted under a name, and by whom, of what the API shows. Pure. */
export function scalingIn(
  name: string,
  {
    deployment,
    autoscalers,
  }: {
    readonly deployment?: V1Deployment | undefined;
    readonly autoscalers: readonly V2HorizontalPodAutoscaler[] | undefined;
  },
): Scaling {
  const found = autoscalers?.find(
    ({ spec }) => spec?.scaleTargetRef.kind === 'Deployment' && spec.scaleTargetRef.name === name,
  );
  const { minReplicas: min = 1, maxReplicas: max = min } = found?.spec ?? {};
  return {
    ...(deployment !== undefined && {
      replicas: deployment.spec?.replicas ?? 1,
      requests: applicationContainer(deployment.spec?.template.spec)?.resources?.requests ?? {},
    }),
    isApplied: deployment !== undefined && ownsReplicas(deployment),
    ...(found !== undefined && { autoscaler: { name: found.metadata?.name ?? '', min, max } }),
    isSeen: autoscalers !== undefined,
  };
}

/** Asks for so many replicas, as `kubectl scale` does: nothing else can change by it. */
export async function scaleDeployment(
  cluster: Cluster,
  name: string,
  { replicas, signal }: { replicas: number; signal: AbortSignal },
): Promise<void> {
  await cluster.request('PATCH', `${pathOf('Deployment', { namespace: cluster.namespace, name })}/scale`, {
    contentType: 'application/merge-patch+json',
    query: { fieldManager: managedBy },
    body: { spec: { replicas } },
    signal,
  });
}

/** Undefined where we may not list them. */
export async function autoscalersIn(
  cluster: Cluster,
  signal: AbortSignal,
): Promise<readonly V2HorizontalPodAutoscaler[] | undefined> {
  const path = pathOf('HorizontalPodAutoscaler', { namespace: cluster.namespace });
  return permitted(
    async () => (await cluster.find<{ items: V2HorizontalPodAutoscaler[] }>(path, { signal }))?.items ?? [],
  );
}
