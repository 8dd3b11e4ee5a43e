import type { V1Container, V1Probe, V1ResourceRequirements } from '@kubernetes/client-node';
import type { HealthPaths, Intent, Resources } from '../../intent.ts';
import type { DiskRoom } from './disk.ts';
import { amountOf } from '../api/quantity.ts';

type Served = Pick<Intent, 'scheme'>;

/** Names the port, so that the Service and the probes need not know its number. */
export function portName({ scheme }: Served): 'http' | 'https' {
  return scheme ?? 'http';
}

export function ports(containerPort: number, served: Served): Pick<V1Container, 'ports'> {
  return { ports: [{ name: portName(served), containerPort, protocol: 'TCP' }] };
}

/** How Kubernetes learns that a replica has started, may get requests, and still lives. */
export function probes(
  { ready, live }: HealthPaths,
  served: Served,
): Pick<V1Container, 'startupProbe' | 'readinessProbe' | 'livenessProbe'> {
  const probe = (path: string, timing: ProbeTiming): V1Probe => {
    // The kubelet asks without a look at the certificate.
    const scheme = served.scheme === 'https' ? { scheme: 'HTTPS' } : {};
    return { httpGet: { path, port: portName(served), ...scheme }, ...timing };
  };
  return {
    // Covers fetching 120 MB over a slow line (five minutes) and an emulated start; asked every second, since it is also
    // how soon a new replica counts. The other two wait for it.
    startupProbe: probe(live, { periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 300 }),
    readinessProbe: probe(ready, { periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 }),
    // Patient: a restart drops requests, a busy minute does not.
    livenessProbe: probe(live, { periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 }),
  };
}

/**
 * Defaults that a Node.js process can live with: one idle holds 60 to 90 MB, so it asks for 128Mi and may grow to 256Mi,
 * of which Node.js gives its heap about half. No CPU limit unless asked for: a limit throttles just when a
 * process starts or answers, while the request alone divides the CPU fairly. A default gives way to what was asked for,
 * since a request above its limit is refused.
 */
export function resourcesOf(
  { cpuRequest, cpuLimit, memoryRequest, memoryLimit }: Resources = {},
  disk?: Pick<DiskRoom, 'request' | 'limit'>,
): V1ResourceRequirements {
  return {
    requests: {
      cpu: cpuRequest ?? lesser('100m', cpuLimit),
      memory: memoryRequest ?? lesser('128Mi', memoryLimit),
      ...(disk && { 'ephemeral-storage': disk.request }),
    },
    limits: {
      ...(cpuLimit !== undefined && { cpu: cpuLimit }),
      memory: memoryLimit ?? greater('256Mi', memoryRequest),
      ...(disk && { 'ephemeral-storage': disk.limit }),
    },
  };
}

function lesser(quantity: string, other = quantity): string {
  return amountOf(other) < amountOf(quantity) ? other : quantity;
}

function greater(quantity: string, other = quantity): string {
  return amountOf(other) > amountOf(quantity) ? other : quantity;
}

type ProbeTiming = Pick<V1Probe, 'periodSeconds' | 'timeoutSeconds' | 'failureThreshold'>;
