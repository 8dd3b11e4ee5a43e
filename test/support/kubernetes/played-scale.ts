import { notPlayed } from './api-status.ts';
import type { PlayedPlace } from './played-kinds.ts';
import type { PlayedObject } from './played-object.ts';

/** The `scale` subresource of an object. */
export function scaleOf({ kind }: PlayedPlace, { metadata, spec, status }: PlayedObject): object {
  if (!['deployments', 'replicasets'].includes(kind.plural)) throw notPlayed(`the scale of ${kind.plural}`);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const labels = Object.entries((spec?.['selector'] as { matchLabels?: object } | undefined)?.matchLabels ?? {});
  const selector = labels.map(([key, value]) => `${key}=${value}`).join(',');
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec?.['replicas'] },
    status: { replicas: status?.['replicas'] ?? 0, selector },
  };
}
