import { isDeepStrictEqual } from 'node:util';
import type { V1Pod, V1Service } from '@kubernetes/client-node';
import type { Comparison } from '../../evidence.ts';
import type { KubernetesObject } from '../manifest/intent.ts';
import type { Observations } from './read-evidence.ts';
import { differs, sameAsWanted, unseen } from './results.ts';

/** Whom requests go to: the Service's choice of pods, and what it came to. */
export function endpointComparisons(
  wanted: V1Service | undefined,
  seen: Observations,
  own: readonly V1Pod[],
): Comparison[] {
  const { service, slices } = seen;
  const object = `Service ${wanted?.metadata?.name}`;
  if (service === undefined) return [unseen('endpoints', object, 'get services')];
  if (service === null) return [differs('endpoints', object, 'it is gone')];
  const chosen = choiceOf(service);
  if (!isDeepStrictEqual(chosen, choiceOf(wanted))) {
    const changed = Object.keys(chosen).filter((key) => !isDeepStrictEqual(chosen[key], choiceOf(wanted)[key]));
    return [differs('endpoints', object, `its ${changed.join(' and ')} is another`)];
  }
  if (slices === undefined) return [unseen('endpoints', object, 'list endpointslices')];
  const addresses = new Set(own.flatMap(({ status }) => (status?.podIPs ?? []).map(({ ip }) => ip)));
  const names = new Set(own.map(({ metadata }) => metadata?.uid));
  const foreign = slices
    .flatMap(({ endpoints }) => endpoints ?? [])
    // Where none is ready, those that still serve are sent requests.
    .filter(({ conditions }) => conditions?.ready !== false || conditions.serving === true)
    .filter(
      ({ addresses: given, targetRef }) =>
        !names.has(targetRef?.uid) || !given.every((address) => addresses.has(address)),
    )
    .map(
      ({ addresses: given, targetRef }) =>
        given.join(', ') + (targetRef ? ` (${targetRef.kind} ${targetRef.name})` : ''),
    );
  if (foreign.length === 0) return [sameAsWanted('endpoints', object)];
  return [differs('endpoints', object, `requests go to what is none of these pods: ${foreign.join('; ')}`)];
}

/** Who may reach the pods. */
export function policyComparison(wanted: KubernetesObject | undefined, { policy }: Observations): Comparison {
  const object = `NetworkPolicy ${wanted?.metadata?.name}`;
  if (policy === undefined) return unseen('spec', object, 'get networkpolicies');
  if (policy === null) return differs('spec', object, 'it is gone');
  const isSame = wanted !== undefined && 'spec' in wanted && isDeepStrictEqual(policy.spec, wanted.spec);
  return isSame ? sameAsWanted('spec', object) : differs('spec', object, 'it lets in something else');
}

function choiceOf(service: V1Service | undefined): Record<string, unknown> {
  const {
    selector,
    ports = [],
    type = 'ClusterIP',
    externalName,
    publishNotReadyAddresses = false,
  } = service?.spec ?? {};
  return {
    selector,
    ports: ports.map(({ name, port, targetPort, protocol = 'TCP' }) => ({ name, port, targetPort, protocol })),
    // One that is opened to the outside as well still chooses the same.
    type: type === 'ExternalName' ? type : 'ClusterIP',
    externalName,
    publishNotReadyAddresses,
  };
}
