import type { Cluster } from './api/client.ts';
import type { KubernetesObject } from './manifest/intent.ts';
import { objectKind } from './api/resource-paths.ts';
import type { DryRun } from './apply/dry-run.ts';
import { missingRights, type Right, type Rules, rightsText } from './api/rights.ts';
import { DeployError } from '../../shared/errors.ts';
import type { PreflightPlan } from '../platform.ts';

type Deploy = Pick<PreflightPlan, 'name' | 'waits' | 'follows' | 'removes'>;

/** Every right that a deploy needs to do its job. What only tells more (events, nodes, proxy) is not among them. */
function rightsFor({ name, waits, follows, removes }: Deploy, objects: readonly KubernetesObject[]): Right[] {
  const written = objects.map((object) => ({ kind: objectKind(object), name: object.metadata?.name ?? name }));
  const looked = (right: Omit<Right, 'verb'>): Right[] => [
    { verb: 'list', ...right },
    { verb: 'watch', ...right },
  ];
  return [
    ...written.flatMap(({ kind, name: own }): Right[] =>
      (['get', 'create', 'patch'] as const).map((verb) => ({ verb, kind, name: own })),
    ),
    ...(waits ? [...looked({ kind: 'Deployment', name }), ...looked({ kind: 'ReplicaSet' })] : []),
    ...(waits || follows ? looked({ kind: 'Pod' }) : []),
    ...(follows ? [{ verb: 'get', kind: 'Pod', subresource: 'log' } as const] : []),
    ...(removes
      ? written.flatMap((one): Right[] => [
          { verb: 'list', kind: one.kind },
          { verb: 'delete', ...one },
        ])
      : []),
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
      hint: 'Ask for these rights, or pass another --context or --namespace.',
    }),
  ];
}
