import type { Right, RightVerb } from '../api/rights.ts';
import type { Kind } from '../api/resource-paths.ts';
import { sourceSecret } from './pod-spec.ts';

/**
 * What a right is for: to look at what runs, to wait for a rollout, to follow logs; to keep executables in the cluster, to apply objects, to
 * scale them, and to remove them.
 */
export type RightsUse = 'look' | 'wait' | 'follow' | 'store' | 'apply' | 'scale' | 'remove';

/** Rights with one kind of objects, in the namespace of the deployment. */
export interface NeededRights {
  readonly kind: Kind;
  readonly subresource?: string;
  readonly verbs: readonly RightVerb[];
  readonly uses: readonly RightsUse[];
  /** In words, as the README and the comments of a Role have it. */
  readonly purpose: string;
  /** True if whoever lacks it is told so, and everything else goes on. */
  readonly isOptional?: true;
}

/**
 * All rights that the commands use in a namespace. What a deploy looks for before it changes anything, the Role of `self rbac`
 * and the table of the README are made of it.
 *
 * Nodes are not among them: they are the cluster's, and no Role may grant them.
 */
export const neededRights: readonly NeededRights[] = [
  { kind: 'Deployment', verbs: ['get'], uses: ['look', 'apply'], purpose: 'what is there' },
  { kind: 'Deployment', verbs: ['list', 'watch'], uses: ['look', 'wait'], purpose: 'how a rollout goes' },
  {
    kind: 'ReplicaSet',
    verbs: ['list', 'watch'],
    uses: ['look', 'wait'],
    purpose: 'revisions, and how a rollout goes',
  },
  {
    kind: 'Pod',
    verbs: ['list', 'watch'],
    uses: ['look', 'wait', 'follow'],
    purpose: 'replicas, and how a rollout goes',
  },
  {
    kind: 'Pod',
    subresource: 'log',
    verbs: ['get'],
    uses: ['look', 'follow'],
    purpose: 'logs, and the last lines of what failed',
  },
  {
    kind: 'Deployment',
    verbs: ['create', 'patch'],
    uses: ['apply'],
    purpose: 'the replicas; also to go back to an earlier release',
  },
  { kind: 'Deployment', subresource: 'scale', verbs: ['patch'], uses: ['scale'], purpose: 'self scale' },
  {
    kind: 'Service',
    verbs: ['create', 'get', 'patch'],
    uses: ['apply'],
    purpose: 'the address of an application that serves',
  },
  {
    kind: 'ConfigMap',
    verbs: ['create', 'get', 'list', 'patch'],
    uses: ['store'],
    purpose: 'the executable, where the cluster is the store',
  },
  { kind: 'ConfigMap', verbs: ['create', 'get', 'patch'], uses: ['apply'], purpose: 'the runner' },
  {
    kind: 'Secret',
    verbs: ['create', 'get', 'patch'],
    uses: ['apply'],
    purpose: 'the link that pods read another store with',
  },
  { kind: 'Secret', verbs: ['delete'], uses: ['remove'], purpose: 'self delete, --rm' },
  {
    kind: 'NetworkPolicy',
    verbs: ['create', 'get', 'patch'],
    uses: ['apply'],
    purpose: '--network-policy',
  },
  { kind: 'NetworkPolicy', verbs: ['delete'], uses: ['remove'], purpose: 'self delete, --rm' },
  { kind: 'Deployment', verbs: ['delete', 'list'], uses: ['remove'], purpose: 'self delete, --rm' },
  { kind: 'Service', verbs: ['delete', 'list'], uses: ['remove'], purpose: 'self delete, --rm' },
  { kind: 'ConfigMap', verbs: ['delete', 'list'], uses: ['remove'], purpose: 'self delete, self gc, --rm' },
  {
    kind: 'Event',
    verbs: ['list', 'watch'],
    uses: ['look'],
    purpose: 'why replicas do not become ready',
    isOptional: true,
  },
  {
    kind: 'Pod',
    subresource: 'proxy',
    verbs: ['get'],
    uses: ['look'],
    purpose: 'what a replica says of itself, and how long its start took',
    isOptional: true,
  },
  {
    kind: 'HorizontalPodAutoscaler',
    verbs: ['list'],
    uses: ['look'],
    purpose: 'whether an autoscaler decides how many replicas there are',
    isOptional: true,
  },
  { kind: 'Secret', verbs: ['get'], uses: ['look'], purpose: 'until when pods can read the store', isOptional: true },
  {
    kind: 'ConfigMap',
    verbs: ['get', 'list'],
    uses: ['look'],
    purpose: 'self verify, and whether a part of the executable is missing',
    isOptional: true,
  },
  { kind: 'Service', verbs: ['get'], uses: ['look'], purpose: 'self verify', isOptional: true },
  { kind: 'EndpointSlice', verbs: ['list'], uses: ['look'], purpose: 'self verify', isOptional: true },
  {
    kind: 'Pod',
    verbs: ['create'],
    uses: ['apply'],
    purpose: 'a trial of a replica before anything is changed; none is kept',
    isOptional: true,
  },
  { kind: 'ResourceQuota', verbs: ['list'], uses: ['apply'], purpose: 'whether all replicas fit', isOptional: true },
];

/** Of the objects of some kinds only the one of this name is touched: others hold secrets, or guard something else. */
export function onlyName(kind: Kind, name: string): string | undefined {
  if (kind === 'NetworkPolicy') return name;
  return kind === 'Secret' ? sourceSecret(name) : undefined;
}

/** The rights that a use cannot do without, each by itself. */
export function rightsTo(use: RightsUse): Right[] {
  return neededRights
    .filter(({ uses, isOptional }) => uses.includes(use) && isOptional !== true)
    .flatMap(({ verbs, kind, subresource }) =>
      verbs.map((verb) => ({ verb, kind, ...(subresource !== undefined && { subresource }) })),
    );
}
