import { isDeepStrictEqual } from 'node:util';
import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import type { DeployError } from '../../../shared/errors.ts';
import { settled, toFindings } from '../../findings.ts';
import { applyOne, type ApplyOptions, ownLive } from './apply.ts';
import type { Cluster } from '../api/client.ts';
import { deploymentIn, type KubernetesObject } from '../manifest/intent.ts';
import { type Kind, objectKind, pathOf } from '../api/resource-paths.ts';

/** What the API server would say to an apply. */
export interface DryRun {
  /** Kinds whose objects it takes. */
  readonly accepted: readonly Kind[];
  readonly refused: readonly DeployError[];
  /** True where the namespace itself is missing. */
  readonly isNowhere: boolean;
  /** What it warns of, e.g. that pods would violate a Pod Security Standard. */
  readonly warnings: readonly string[];
  /** True unless the pods that are there already are all that is wanted. */
  readonly startsPods: boolean;
  /** A pod as it would be admitted, with all that limits, defaults and webhooks add; absent if it would not be. */
  readonly pod?: V1Pod;
  /** Why a pod would not be admitted, or may not be tried with this account (`cluster-denied`). */
  readonly podRefused?: DeployError;
}

/**
 * Lets the API server check everything and keep nothing. It knows of a Deployment only whether it is well formed; quota,
 * limits, Pod Security and the account of the pods are asked of a pod, so a pod is made from the template too.
 */
export async function dryRun(
  cluster: Cluster,
  objects: readonly KubernetesObject[],
  { signal, read }: Pick<ApplyOptions, 'signal' | 'read'> = {},
): Promise<DryRun> {
  const warnings = new Set<string>();
  const onWarning = (text: string): void => void warnings.add(text);
  const how = { onWarning, signal };
  const deployment = deploymentIn(objects);
  const [pod, ...applied] = await Promise.all([
    deployment && toFindings(settled(tryPod(cluster, deployment, how))),
    ...objects.map(async (object) => {
      const change = async () => {
        const before = await ownLive(cluster, object, { signal, read });
        return { before, after: await applyOne(cluster, object, { ...how, before, dryRun: true }) };
      };
      return { object, ...(await toFindings(settled(change()))) };
    }),
  ]);
  const changed = applied.find(({ object }) => object === deployment)?.value;
  const startsPods =
    changed === undefined || needsPods(changed.before as V1Deployment | undefined, changed.after as V1Deployment);
  const [podRefused] = pod?.findings ?? [];
  const refused = applied.flatMap(({ findings }) => findings);
  return {
    accepted: applied.filter(({ value }) => value !== undefined).map(({ object }) => objectKind(object)),
    refused,
    isNowhere: refused.some(({ message }) => /namespaces "[^"]+" not found$/.test(message)),
    warnings: [...warnings],
    startsPods,
    ...(pod?.value && { pod: pod.value }),
    ...(podRefused && { podRefused }),
  };
}

async function tryPod(
  cluster: Cluster,
  { metadata, spec }: V1Deployment,
  how: { onWarning: (text: string) => void; signal?: AbortSignal | undefined },
): Promise<V1Pod> {
  const { namespace } = cluster;
  const { labels, annotations } = spec?.template.metadata ?? {};
  const body: V1Pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${metadata?.name}-`,
      namespace,
      // As one of a ReplicaSet's: policies may refuse pods that nobody looks after.
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'ReplicaSet',
          name: `${metadata?.name}`,
          uid: 'not-there-yet',
          controller: true,
        },
      ],
      ...(labels && { labels }),
      ...(annotations && { annotations }),
    },
    ...(spec?.template.spec && { spec: spec.template.spec }),
  };
  return cluster.request('POST', pathOf('Pod', { namespace }), { query: { dryRun: 'All' }, body, ...how });
}

/** True if a change calls for pods that are not there yet: a quota that is used up is no obstacle for fewer. */
function needsPods(before: V1Deployment | undefined, after: V1Deployment): boolean {
  if (before === undefined || !isDeepStrictEqual(before.spec?.template, after.spec?.template)) return true;
  return (after.spec?.replicas ?? 1) > (before.spec?.replicas ?? 1);
}
