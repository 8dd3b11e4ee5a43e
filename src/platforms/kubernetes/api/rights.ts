import type { V1ResourceRule } from '@kubernetes/client-node';
import type { Cluster } from './client.ts';
import { type Kind, resourceOf } from './resource-paths.ts';

/** What may be done with an object, or with all of a kind. */
export type RightVerb = 'get' | 'list' | 'watch' | 'create' | 'patch' | 'delete';

/** Something that an account may or may not do in its namespace. */
export interface Right {
  readonly verb: RightVerb;
  readonly kind: Kind;
  /** Absent: with all objects of the kind. */
  readonly name?: string;
  readonly subresource?: string;
}

/** What an account may do in its namespace, as the API server lists it. */
export interface Rules {
  readonly resourceRules: readonly V1ResourceRule[];
  /** True where an authorizer cannot list what it allows: then a right that is not listed may be there all the same. */
  readonly incomplete: boolean;
}

const reviews = '/apis/authorization.k8s.io/v1';

/** Asks what we may do in the namespace that we work in. One call. */
export async function rulesIn(cluster: Cluster, signal?: AbortSignal): Promise<Rules> {
  const body = { spec: { namespace: cluster.namespace } };
  const { status } = await cluster.request<{ status: Rules }>('POST', `${reviews}/selfsubjectrulesreviews`, {
    body,
    signal,
  });
  // Go writes an empty list as null.
  return { ...status, resourceRules: status.resourceRules ?? [] };
}

/** The rights that are missing. Asks for single ones only where the rules are not all there are. */
export async function missingRights(
  cluster: Cluster,
  { needed, rules, signal }: { needed: readonly Right[]; rules: Rules; signal?: AbortSignal | undefined },
): Promise<Right[]> {
  const unlisted = needed.filter((right) => !rules.resourceRules.some((rule) => allows(rule, right)));
  if (!rules.incomplete) return unlisted;
  const allowed = await Promise.all(unlisted.map(async (right) => isPermitted(cluster, right, signal)));
  return unlisted.filter((_, index) => allowed[index] === false);
}

/** True if a rule grants a right. https://kubernetes.io/docs/reference/access-authn-authz/rbac/#referring-to-resources */
export function allows(rule: V1ResourceRule, { verb, kind, name, subresource }: Right): boolean {
  const { group, resource } = resourceOf(kind);
  const has = (listed: readonly string[] = [], ...wanted: string[]) =>
    listed.some((one) => one === '*' || wanted.includes(one));
  const path = subresource === undefined ? [resource] : [`${resource}/${subresource}`, `*/${subresource}`];
  const { resourceNames = [] } = rule;
  return (
    has(rule.verbs, verb) &&
    has(rule.apiGroups, group) &&
    has(rule.resources, ...path) &&
    (resourceNames.length === 0 || (name !== undefined && resourceNames.includes(name)))
  );
}

/** In words, the verbs of one resource together: `create services; list, watch pods`. */
export function rightsText(rights: readonly Right[]): string {
  const byResource = Map.groupBy(rights, ({ kind, subresource }) =>
    [resourceOf(kind).resource, ...(subresource === undefined ? [] : [subresource])].join('/'),
  );
  return [...byResource]
    .map(([resource, those]) => `${[...new Set(those.map(({ verb }) => verb))].join(', ')} ${resource}`)
    .join('; ');
}

/** Asks for a single right. One call. */
async function isPermitted(cluster: Cluster, right: Right, signal?: AbortSignal): Promise<boolean> {
  const { verb, kind, name, subresource } = right;
  const resourceAttributes = { namespace: cluster.namespace, verb, ...resourceOf(kind), name, subresource };
  const { status } = await cluster.request<{ status: { allowed: boolean } }>(
    'POST',
    `${reviews}/selfsubjectaccessreviews`,
    { body: { spec: { resourceAttributes } }, signal },
  );
  return status.allowed;
}
