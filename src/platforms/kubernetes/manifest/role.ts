import type {
  RbacV1Subject,
  V1ClusterRole,
  V1ClusterRoleBinding,
  V1PolicyRule,
  V1Role,
  V1RoleBinding,
} from '@kubernetes/client-node';
import { resourceOf } from '../api/resource-paths.ts';
import { neededRights, type NeededRights, onlyName, type RightsUse } from './needed-rights.ts';

/** What an account may do: look at what runs, or everything. */
export type RoleScope = 'look' | 'deploy';

/** A rule with what it is for. */
export interface ExplainedRule {
  readonly rule: V1PolicyRule;
  readonly purposes: readonly string[];
  /** True if everything goes on without it. */
  readonly isOptional: boolean;
}

interface RoleOptions {
  /** Of the deployment. */
  readonly name: string;
  readonly namespace: string;
  readonly scope: RoleScope;
}

/** The least rules for a deployment, one for each kind of objects; those that can be left out come last. */
export function rulesFor(name: string, scope: RoleScope): ExplainedRule[] {
  const uses: readonly RightsUse[] =
    scope === 'look' ? ['look'] : ['look', 'wait', 'follow', 'store', 'apply', 'scale', 'remove'];
  const wanted = neededRights.filter((one) => one.uses.some((use) => uses.includes(use)));
  const needed = [
    ...Map.groupBy(
      wanted.filter(({ isOptional }) => isOptional !== true),
      resourceKey,
    ),
  ];
  const optional = [
    ...Map.groupBy(
      wanted.filter(({ isOptional }) => isOptional === true),
      resourceKey,
    ),
  ];
  const granted = new Map(needed.map(([key, rights]) => [key, new Set(rights.flatMap(({ verbs }) => verbs))]));
  return [
    ...needed.map(([, rights]) => ruleOf(name, rights)),
    // What is needed anyway is no choice.
    ...optional
      .filter(([key, rights]) => rights.some(({ verbs }) => verbs.some((verb) => granted.get(key)?.has(verb) !== true)))
      .map(([, rights]) => ruleOf(name, rights)),
  ];
}

/** The Role of these rules. */
export function roleFor({ name, namespace, scope }: RoleOptions): V1Role {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'Role',
    metadata: { name: roleName({ name, scope }), namespace },
    rules: rulesFor(name, scope).map(({ rule }) => rule),
  };
}

/** Binds it to a service account of its namespace. */
export function roleBindingFor({ name, namespace, scope }: RoleOptions, serviceAccount: string): V1RoleBinding {
  const own = roleName({ name, scope });
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: `${own}-${serviceAccount}`, namespace },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: own },
    subjects: [accountOf(serviceAccount, namespace)],
  };
}

const nodesRole = 'selfsame-nodes';

/** Lets look at nodes, which are the cluster's: their architecture, and whether a replica fits. */
export function nodesRoleFor(): V1ClusterRole {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: nodesRole },
    rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['list', 'watch'] }],
  };
}

export function nodesBindingFor(serviceAccount: string, namespace: string): V1ClusterRoleBinding {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: `${nodesRole}-${namespace}-${serviceAccount}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: nodesRole },
    subjects: [accountOf(serviceAccount, namespace)],
  };
}

function roleName({ name, scope }: Pick<RoleOptions, 'name' | 'scope'>): string {
  return `${name}-${scope}`;
}

function accountOf(name: string, namespace: string): RbacV1Subject {
  return { kind: 'ServiceAccount', name, namespace };
}

function resourceKey({ kind, subresource }: NeededRights): string {
  const { group, resource } = resourceOf(kind);
  return `${group} ${subresource === undefined ? resource : `${resource}/${subresource}`}`;
}

function ruleOf(name: string, rights: readonly NeededRights[]): ExplainedRule {
  const [first] = rights;
  if (first === undefined) throw new TypeError('No rights, no rule');
  const [group = '', resource = ''] = resourceKey(first).split(' ');
  const only = onlyName(first.kind, name);
  return {
    rule: {
      apiGroups: [group],
      resources: [resource],
      ...(only !== undefined && { resourceNames: [only] }),
      verbs: [...new Set(rights.flatMap(({ verbs }) => verbs))].toSorted(),
    },
    purposes: [...new Set(rights.map(({ purpose }) => purpose))],
    isOptional: first.isOptional === true,
  };
}
