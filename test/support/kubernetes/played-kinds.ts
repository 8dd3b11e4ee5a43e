/** A kind of object that the played API server keeps. */
export interface PlayedKind {
  readonly plural: string;
  /** Of the API; empty for the first one. */
  readonly group: string;
  readonly apiVersion: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
  /** Counts the changes of its spec. */
  readonly hasGeneration: boolean;
  /** What a field selector may name, besides name and namespace. */
  readonly fields: readonly string[];
}

const eventFields = ['involvedObject.uid', 'involvedObject.name', 'involvedObject.kind', 'reason', 'type'];

const kinds: readonly PlayedKind[] = [
  kindOf('v1', 'Secret', { fields: ['type'] }),
  kindOf('v1', 'ConfigMap'),
  kindOf('v1', 'Service'),
  kindOf('v1', 'Pod', { fields: ['spec.nodeName', 'status.phase'] }),
  kindOf('v1', 'Event', { fields: eventFields }),
  kindOf('v1', 'ResourceQuota'),
  kindOf('v1', 'Node', { isNamespaced: false }),
  kindOf('apps/v1', 'Deployment', { hasGeneration: true }),
  kindOf('apps/v1', 'ReplicaSet', { hasGeneration: true }),
  kindOf('discovery.k8s.io/v1', 'EndpointSlice'),
  kindOf('networking.k8s.io/v1', 'NetworkPolicy', { plural: 'networkpolicies' }),
  kindOf('autoscaling/v2', 'HorizontalPodAutoscaler'),
];

function kindOf(
  apiVersion: string,
  kind: string,
  {
    plural = `${kind.toLowerCase()}s`,
    isNamespaced = true,
    hasGeneration = false,
    fields = [],
  }: Partial<PlayedKind> = {},
): PlayedKind {
  const group = apiVersion.includes('/') ? (apiVersion.split('/')[0] ?? '') : '';
  return { plural, group, apiVersion, kind, isNamespaced, hasGeneration, fields };
}

/** What a path names. */
export interface PlayedPlace {
  readonly kind: PlayedKind;
  /** Absent: all namespaces, or the kind has none. */
  readonly namespace?: string;
  readonly name?: string;
  /** e.g. `scale`; empty for the object itself. */
  readonly subresource: string;
}

/** Reads `/apis/apps/v1/namespaces/mine/deployments/hello/scale`; undefined for what is not kept here. */
export function playedPlace(path: string): PlayedPlace | undefined {
  const [, version = '', namespace, plural, name, subresource = ''] =
    /^\/(?:api|apis)\/(v1|[^/]+\/[^/]+)(?:\/namespaces\/([^/]+))?\/([a-z]+)(?:\/([^/]+))?(?:\/(.*))?$/.exec(path) ?? [];
  const kind = kinds.find((one) => one.plural === plural && one.apiVersion === version);
  if (kind === undefined) return undefined;
  return {
    kind,
    ...(namespace !== undefined && { namespace: decodeURIComponent(namespace) }),
    ...(name !== undefined && { name: decodeURIComponent(name) }),
    subresource,
  };
}

/** The kind of a collection, e.g. of `pods`. */
export function playedKind(plural: string): PlayedKind {
  const kind = kinds.find((one) => one.plural === plural);
  if (kind === undefined) throw new Error(`The played API server keeps no ${plural}`);
  return kind;
}
