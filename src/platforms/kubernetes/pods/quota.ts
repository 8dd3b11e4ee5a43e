import type { V1Pod, V1ResourceQuota } from '@kubernetes/client-node';
import { amountsOf, type Amounts } from './capacity.ts';
import { isQuantity, amountOf } from '../api/quantity.ts';
import { podHasEnded } from './pod-view.ts';

/** A quota that all replicas together would not fit into. */
export interface Shortage {
  readonly quota: string;
  /** As the quota calls it, e.g. `requests.cpu`. */
  readonly resource: string;
  /** For how many replicas there is room, those that run already counted. */
  readonly room: number;
  readonly hard: string;
}

/**
 * Finds the quotas into which so many replicas do not fit, though one more pod may.
 *
 * @param ours the pods of the application that are there: they go as the new ones come.
 */
export function shortages(
  quotas: readonly V1ResourceQuota[],
  { pod, replicas, ours }: { pod: V1Pod; replicas: number; ours: readonly V1Pod[] },
): Shortage[] {
  const each = counted(pod);
  const now = ours.filter((one) => !podHasEnded(one)).map(counted);
  return quotas.flatMap(({ metadata, spec, status }) => {
    // Whom a scope is about is for the API server to say.
    if (spec?.scopes?.length || spec?.scopeSelector !== undefined) return [];
    return Object.entries(status?.hard ?? {}).flatMap(([resource, hard]) => {
      const amount = each[resource];
      const used = status?.used?.[resource] ?? '0';
      if (amount === undefined || amount === 0 || !isQuantity(used)) return [];
      const others = amountOf(used) - now.reduce((sum, one) => sum + (one[resource] ?? 0), 0);
      // Thousandths of a core do not add up exactly.
      const room = Math.max(0, Math.floor((amountOf(hard) - others) / amount + 1e-6));
      return room < replicas ? [{ quota: metadata?.name ?? '', resource, room, hard }] : [];
    });
  });
}

/** What one pod counts for, by the names that quotas have for it. */
function counted({ spec }: V1Pod): Amounts {
  const requests = amountsOf(spec, 'requests');
  const limits = amountsOf(spec, 'limits');
  return {
    pods: 1,
    'count/pods': 1,
    cpu: requests['cpu'] ?? 0,
    memory: requests['memory'] ?? 0,
    'requests.cpu': requests['cpu'] ?? 0,
    'requests.memory': requests['memory'] ?? 0,
    'limits.cpu': limits['cpu'] ?? 0,
    'limits.memory': limits['memory'] ?? 0,
  };
}
