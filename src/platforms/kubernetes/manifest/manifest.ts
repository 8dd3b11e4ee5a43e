import type { V1Deployment, V1Secret, V1Service } from '@kubernetes/client-node';
import { short } from '../../../shared/digest.ts';
import { portName } from './container.ts';
import { networkPolicyFor } from './network-policy.ts';
import { objectLabels, releaseAnnotation, selectorLabels, versionAnnotation } from './labels.ts';
import { podSpecFor, readsWithSecret, sourceSecret } from './pod-spec.ts';
import { stockRunnerFor } from './stock-runner.ts';
import type { KubernetesObject, ManifestIntent } from './intent.ts';

/**
 * The objects that make an intent true.
 *
 * No PodDisruptionBudget is among them: it would take rights (in the API group policy) that an account which deploys can do
 * without, to deploy and to delete, and a drained node drops no request even so, since replicas are spread over nodes and
 * those that are evicted go on answering while others take over. Whoever wants one selects `app.kubernetes.io/instance`.
 *
 * @returns them in the order in which they have to be applied.
 */
export function manifestFor(intent: ManifestIntent): KubernetesObject[] {
  return [
    ...(readsWithSecret(intent) ? [sourceSecretFor(intent)] : []),
    ...(intent.runner.kind === 'stock' ? [stockRunnerFor(intent, intent.runner)] : []),
    ...(intent.networkPolicy === true ? [networkPolicyFor(intent)] : []),
    ...(intent.port === undefined ? [] : [serviceFor(intent)]),
    deploymentFor(intent),
  ];
}

/** The Secret that pods read their links from. */
export function sourceSecretFor({
  name,
  namespace,
  query,
  queries = {},
}: Pick<ManifestIntent, 'name' | 'namespace' | 'query' | 'queries'>): V1Secret {
  // The runner prefers the one that is named for what it wants.
  const named = Object.entries(queries).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const data = [
    ...(query === undefined ? [] : [['query', query] as const]),
    ...named.map(([version, own]) => [`query.${version}`, own] as const),
  ];
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: sourceSecret(name), namespace, labels: objectLabels(name) },
    type: 'Opaque',
    data: Object.fromEntries(data.map(([key, secret]) => [key, Buffer.from(secret).toString('base64')])),
  };
}

function serviceFor({ name, namespace, scheme }: ManifestIntent): V1Service {
  const targetPort = portName({ scheme });
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: objectLabels(name) },
    spec: {
      selector: selectorLabels(name),
      ports: [{ name: targetPort, port: scheme === 'https' ? 443 : 80, targetPort, protocol: 'TCP' }],
    },
  };
}

function deploymentFor(intent: ManifestIntent): V1Deployment {
  const { name, namespace, replicas } = intent;
  const labels = { ...objectLabels(name), 'app.kubernetes.io/version': short(intent.release) };
  const annotations = annotationsFor(intent);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels, annotations: { ...annotations, ...intent.record } },
    spec: {
      ...(replicas !== undefined && { replicas }),
      selector: { matchLabels: selectorLabels(name) },
      // No replica goes before its successor is ready, so that those that answer are never fewer than wanted.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
      // Without a port nothing can be asked: a replica that lasts this long is taken for a sound one. With one, none: that
      // proxies hear of a new replica late harms nobody, since the old one answers until they all have.
      minReadySeconds: intent.port === undefined ? 10 : 0,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: intent.progressDeadlineSeconds ?? 600,
      template: { metadata: { labels: { ...labels }, annotations: { ...annotations } }, spec: podSpecFor(intent) },
    },
  };
}

function annotationsFor({ release, versions }: ManifestIntent): Record<string, string> {
  const byArch = Object.entries(versions).map(([arch, { version }]) => [`${versionAnnotation}${arch}`, version]);
  return { [releaseAnnotation]: release, ...Object.fromEntries(byArch) };
}
