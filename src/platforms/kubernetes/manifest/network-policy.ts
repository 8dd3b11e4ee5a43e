import type { V1NetworkPolicy } from '@kubernetes/client-node';
import { portName } from './container.ts';
import type { ManifestIntent } from './intent.ts';
import { objectLabels, selectorLabels } from './labels.ts';

/**
 * Lets in what comes for the port of the application, from wherever, and nothing else: a debugger, metrics or whatever else listens
 * is out of reach. What the application itself asks is its own affair, and not known here, so that it is not limited. Kubelets
 * may probe in any case.
 */
export function networkPolicyFor({
  name,
  namespace,
  port,
  scheme,
}: Pick<ManifestIntent, 'name' | 'namespace' | 'port' | 'scheme'>): V1NetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace, labels: objectLabels(name) },
    spec: {
      podSelector: { matchLabels: selectorLabels(name) },
      policyTypes: ['Ingress'],
      // By its name: a later deploy may serve on another one.
      ingress: port === undefined ? [] : [{ ports: [{ protocol: 'TCP', port: portName({ scheme }) }] }],
    },
  };
}
