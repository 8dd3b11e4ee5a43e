import type { Cluster } from './api/client.ts';
import type { KubernetesObject } from './manifest/intent.ts';
import { rightsTo } from './manifest/needed-rights.ts';
import { type Kind, objectKind } from './api/resource-paths.ts';
import type { DryRun } from './apply/dry-run.ts';
import { missingRights, type Right, type Rules, rightsText } from './api/rights.ts';
import { DeployError } from '../../shared/errors.ts';
import type { PreflightPlan } from '../platform.ts';

type Deploy = Pick<PreflightPlan, 'name' | 'waits' | 'follows' | 'removes'>;

/** Every right that a deploy needs to do its job. What only tells more (events, nodes, proxy) is not among them. */
function rightsFor({ name, waits, follows, removes }: Deploy, objects: readonly KubernetesObject[]): Right[] {
  const names = new Map<Kind, string>([['Deployment', name]]);
  for (const object of objects) names.set(objectKind(object), object.metadata?.name ?? name);
  const ofWritten = (use: 'apply' | 'remove'): Right[] => rightsTo(use).filter(({ kind }) => names.has(kind));
  const named = (right: Right): Right => {
    const own = names.get(right.kind);
    return own === undefined ? right : { ...right, name: own };
  };
  return [
    ...ofWritten('apply').map(named),
    ...(waits ? rightsTo('wait').map(named) : []),
    ...(follows ? rightsTo('follow') : []),
    // All of a kind are listed: what is removed is known by its labels.
    ...(removes ? ofWritten('remove').map((right) => (right.verb === 'list' ? right : named(right))) : []),
  ];
}

export interface RightsWorld {
  readonly cluster: Cluster;
  readonly rules: Rules;
  readonly rehearsal: DryRun;
  readonly signal: AbortSignal;
}

/** All rights that are missing, as one finding. What the rehearsal has done is allowed, whatever the rules say. */
export async function rightsFindings(
  plan: Deploy,
  objects: readonly KubernetesObject[],
  { cluster, rules, rehearsal, signal }: RightsWorld,
): Promise<DeployError[]> {
  const needed = rightsFor(plan, objects).filter(
    ({ verb, kind }) => !['get', 'create', 'patch'].includes(verb) || !rehearsal.accepted.includes(kind),
  );
  const missing = await missingRights(cluster, { needed, rules, signal });
  if (missing.length === 0) return [];
  const place = `namespace ${cluster.namespace} of ${cluster.server}`;
  return [
    new DeployError('cluster-denied', `Not allowed in ${place}: ${rightsText(missing)}`, {
      hint: 'Ask for these rights (self rbac prints a Role with them), or pass another --context or --namespace.',
    }),
  ];
}
