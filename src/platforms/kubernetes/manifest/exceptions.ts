import type { V1PodSpec } from '@kubernetes/client-node';
import { deploymentIn, type KubernetesObject } from './intent.ts';
import { applicationContainer } from './pod-spec.ts';

/** Something that checkers of manifests ask for (kube-score, for one) and that is not there, on purpose. */
interface ManifestException {
  readonly isMade: (objects: readonly KubernetesObject[]) => boolean;
  readonly reason: string;
}

const exceptions: readonly ManifestException[] = [
  {
    isMade: (objects) => applicationContainer(podOf(objects))?.resources?.limits?.['cpu'] === undefined,
    reason:
      'No CPU limit: it throttles just when a process starts or answers, and the request divides the CPU fairly; --cpu-limit sets one.',
  },
  {
    isMade: (objects) => applicationContainer(podOf(objects))?.imagePullPolicy !== 'Always',
    reason:
      'imagePullPolicy IfNotPresent: with Always no replica starts while the registry is away; a digest in --runner-image says which bytes.',
  },
  {
    isMade: (objects) => !objects.some(({ kind }) => kind === 'NetworkPolicy'),
    reason: 'No NetworkPolicy: who may reach an application is not known here; --network-policy adds one for its port.',
  },
  {
    isMade: (objects) => objects.some(({ kind }) => kind === 'NetworkPolicy'),
    reason: 'No egress rules: what the application asks of others is not known here.',
  },
  {
    isMade: (objects) => deploymentIn(objects) !== undefined,
    reason:
      'No PodDisruptionBudget: a drained node drops no request without, since what is evicted answers on while others take over.',
  },
  {
    isMade: (objects) => podOf(objects)?.topologySpreadConstraints !== undefined,
    reason: 'No podAntiAffinity: topologySpreadConstraints spread replicas over nodes, and over what there is of them.',
  },
];

/** Why these objects are not as checkers want them. */
export function exceptionsIn(objects: readonly KubernetesObject[]): string[] {
  return exceptions.flatMap(({ isMade, reason }) => (isMade(objects) ? [reason] : []));
}

function podOf(objects: readonly KubernetesObject[]): V1PodSpec | undefined {
  return deploymentIn(objects)?.spec?.template.spec;
}
