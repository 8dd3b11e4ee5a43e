/** Where the API serves the kinds we use. */
const plurals = {
  Secret: 'api/v1 secrets',
  ConfigMap: 'api/v1 configmaps',
  Service: 'api/v1 services',
  Pod: 'api/v1 pods',
  Event: 'api/v1 events',
  Deployment: 'apis/apps/v1 deployments',
  ReplicaSet: 'apis/apps/v1 replicasets',
  EndpointSlice: 'apis/discovery.k8s.io/v1 endpointslices',
  NetworkPolicy: 'apis/networking.k8s.io/v1 networkpolicies',
  HorizontalPodAutoscaler: 'apis/autoscaling/v2 horizontalpodautoscalers',
  ResourceQuota: 'api/v1 resourcequotas',
} as const;

export type Kind = keyof typeof plurals;

/** The path of all objects of a kind in a namespace, or of one of them. */
export function pathOf(kind: Kind, { namespace, name }: { namespace: string; name?: string }): string {
  const [group = '', plural = ''] = plurals[kind].split(' ');
  const collection = `/${group}/namespaces/${encodeURIComponent(namespace)}/${plural}`;
  return name === undefined ? collection : `${collection}/${encodeURIComponent(name)}`;
}

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** A path with its query, of which what is undefined is left out. */
export function withQuery(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined) parameters.set(key, String(value));
  }
  return parameters.size === 0 ? path : `${path}?${parameters.toString()}`;
}

/** What rules of access call a kind: its API group, empty for the first one, and its plural. */
export function resourceOf(kind: Kind): { group: string; resource: string } {
  const [path = '', resource = ''] = plurals[kind].split(' ');
  return { group: /^apis\/([^/]+)\//.exec(path)?.[1] ?? '', resource };
}

/** A kind of which we make objects, read from one. */
export function objectKind(object: { readonly kind?: string }): Kind {
  const { kind = '' } = object;
  if (!(kind in plurals)) throw new TypeError(`No path for objects of kind "${kind}"`);
  return kind as Kind;
}
