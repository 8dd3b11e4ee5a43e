import * as v from 'valibot';

// What of an answer is read, and so has to be what the API promises: https://kubernetes.io/docs/reference/kubernetes-api/. What is
// not named here goes by as it is, and so does what is absent where it may be: Go leaves out what is empty.
const text = v.optional(v.string());
const flag = v.optional(v.boolean());
const count = v.optional(v.pipe(v.number(), v.safeInteger()));
const time = v.optional(
  v.pipe(
    v.string(),
    v.check((given) => !Number.isNaN(Date.parse(given)), 'a time'),
  ),
);
const texts = v.optional(v.array(v.string()));
const map = v.optional(v.record(v.string(), v.string()));
const part = <const T extends v.ObjectEntries>(entries: T) => v.optional(v.looseObject(entries));
const parts = <const T extends v.ObjectEntries>(entries: T) => v.optional(v.array(v.looseObject(entries)));

const metadata = v.looseObject({
  name: text,
  namespace: text,
  uid: text,
  resourceVersion: text,
  generation: count,
  creationTimestamp: time,
  deletionTimestamp: time,
  labels: map,
  annotations: map,
  ownerReferences: parts({ kind: text, name: text, uid: text }),
  managedFields: parts({ manager: text, operation: text, subresource: text, fieldsV1: part({}) }),
});

const amounts = part({ requests: map, limits: map });
const asked = part({ httpGet: part({ path: text }) });
const container = {
  name: text,
  image: text,
  command: texts,
  args: texts,
  restartPolicy: text,
  resources: amounts,
  env: parts({ name: text, value: text }),
  ports: parts({ name: text, containerPort: count }),
  volumeMounts: parts({ name: text, mountPath: text }),
  startupProbe: asked,
  readinessProbe: asked,
  livenessProbe: asked,
};
const named = part({ name: text });
const podSpec = v.looseObject({
  nodeName: text,
  nodeSelector: map,
  overhead: map,
  terminationGracePeriodSeconds: count,
  containers: v.array(v.looseObject(container)),
  initContainers: parts(container),
  tolerations: parts({ key: text, operator: text, value: text, effect: text }),
  affinity: part({
    nodeAffinity: part({
      requiredDuringSchedulingIgnoredDuringExecution: part({
        nodeSelectorTerms: v.array(
          v.looseObject({ matchExpressions: parts({ key: v.string(), operator: v.string(), values: texts }) }),
        ),
      }),
    }),
  }),
  volumes: parts({
    name: text,
    secret: part({ secretName: text }),
    configMap: named,
    projected: part({ sources: parts({ secret: named, configMap: named }) }),
  }),
});
const template = v.looseObject({ metadata: v.optional(metadata), spec: v.optional(podSpec) });
const conditions = parts({ type: text, status: text, reason: text, message: text });

const ended = part({ exitCode: v.pipe(v.number(), v.safeInteger()), signal: count, reason: text, message: text });
const state = part({ running: part({}), waiting: part({ reason: text, message: text }), terminated: ended });
const podStatus = part({
  phase: text,
  reason: text,
  message: text,
  conditions,
  podIPs: parts({ ip: text }),
  containerStatuses: parts({
    name: text,
    image: text,
    imageID: text,
    restartCount: count,
    started: flag,
    state,
    lastState: state,
  }),
});

const object = <const T extends v.ObjectEntries>(entries: T) =>
  v.looseObject({ metadata: v.optional(metadata), ...entries });
/** Of what we make: whose it is stands there. */
const own = <const T extends v.ObjectEntries>(entries: T) => v.looseObject({ metadata, ...entries });

/** By what the path of a kind calls it. */
const kinds: Readonly<Record<string, v.GenericSchema>> = {
  configmaps: own({ data: map, binaryData: map, immutable: flag }),
  deployments: own({
    spec: part({ replicas: count, paused: flag, minReadySeconds: count, progressDeadlineSeconds: count, template }),
    status: part({ observedGeneration: count, replicas: count, availableReplicas: count, conditions }),
  }),
  endpointslices: object({
    endpoints: parts({
      addresses: v.array(v.string()),
      conditions: part({ ready: flag }),
      targetRef: part({ kind: text, name: text, uid: text }),
    }),
  }),
  events: own({
    involvedObject: v.looseObject({ uid: text, name: text }),
    type: text,
    reason: text,
    message: text,
    count,
    lastTimestamp: time,
    eventTime: time,
  }),
  horizontalpodautoscalers: object({
    spec: part({
      minReplicas: count,
      maxReplicas: count,
      scaleTargetRef: v.looseObject({ kind: text, name: text }),
    }),
  }),
  namespaces: object({}),
  nodes: object({
    spec: part({ unschedulable: flag, taints: parts({ key: v.string(), value: text, effect: text }) }),
    status: part({ allocatable: map, conditions, images: parts({ names: texts }) }),
  }),
  pods: object({ spec: v.optional(podSpec), status: podStatus }),
  replicasets: object({
    spec: part({ replicas: count, template: v.optional(template) }),
    status: part({ replicas: count, readyReplicas: count, conditions }),
  }),
  resourcequotas: object({
    spec: part({ scopes: texts, scopeSelector: part({}) }),
    status: part({ hard: map, used: map }),
  }),
  secrets: own({ data: map, immutable: flag, type: text }),
  selfsubjectaccessreviews: v.looseObject({ status: v.looseObject({ allowed: v.boolean() }) }),
  selfsubjectreviews: v.looseObject({
    metadata: v.optional(metadata),
    status: part({ userInfo: part({ username: text }) }),
  }),
  selfsubjectrulesreviews: v.looseObject({
    status: v.looseObject({
      incomplete: flag,
      resourceRules: parts({ verbs: texts, apiGroups: texts, resources: texts, resourceNames: texts }),
    }),
  }),
  services: own({ spec: part({ ports: parts({ name: text, port: count }) }) }),
};

/** Where an answer is one object of a kind, and where it is all of them: in a namespace, in all, or beside namespaces. */
const place = /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/[^/]+(?=\/))?\/([a-z]+)(\/[^/]+)?$/;

interface Shape {
  readonly schema: v.GenericSchema;
  readonly isList: boolean;
}

/**
 * What an answer has to look like.
 *
 * @param path of the call, with or without its query.
 * @returns undefined where that is not ours to say: logs, what pods answer, kinds that we do not read.
 */
export function shapeOf({ method, path }: { readonly method: string; readonly path: string }): Shape | undefined {
  const [bare = ''] = path.split('?', 1);
  if (bare === '/version') return { schema: v.looseObject({ gitVersion: text }), isList: false };
  const [, plural = '', name] = place.exec(bare) ?? [];
  const schema = kinds[plural];
  if (schema === undefined) return undefined;
  // Of a deletion: the object that ends, or a Status.
  if (method === 'DELETE') return { schema: v.looseObject({ kind: v.string() }), isList: false };
  return { schema, isList: name === undefined && method === 'GET' };
}

/** A page of a list. */
export const pageMetadata = v.optional(v.looseObject({ continue: text, resourceVersion: text }));
