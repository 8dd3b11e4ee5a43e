import type {
  CoreV1Event,
  V1Container,
  V1Deployment,
  V1Node,
  V1ObjectMeta,
  V1Pod,
  V1Probe,
  V1ReplicaSet,
} from '@kubernetes/client-node';
import { releaseAnnotation } from '../../../src/platforms/kubernetes/manifest/labels.ts';
import type { Observed } from '../../../src/platforms/kubernetes/pods/pod-view.ts';

/** What the API gave, as it gave it, without what tells nothing about a rollout: small enough to read. */
function pruned({ deployment, replicaSets, pods, events, nodes }: Observed): Observed {
  return {
    deployment: prunedOwner(deployment),
    replicaSets: replicaSets.map(prunedOwner),
    pods: pods.map(prunedPod),
    events: events.map(prunedEvent),
    ...(nodes && { nodes: nodes.map(prunedNode) }),
  };
}

/** As text: a line for each part of an object, so that a difference is easy to see. */
export function written(release: string, observed: Observed): string {
  const lines = Object.entries(pruned(observed)).map(([part, found]) => {
    const objects = [found].flat().map((object) => {
      if (part === 'events') return JSON.stringify(object);
      const fields = Object.entries(object).map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`);
      return `{\n${fields.join(',\n')}\n}`;
    });
    return `${JSON.stringify(part)}: ${Array.isArray(found) ? `[\n${objects.join(',\n')}\n]` : objects.join('')}`;
  });
  return `{\n"release": ${JSON.stringify(release)},\n${lines.join(',\n')}\n}\n`;
}

function prunedOwner<T extends V1Deployment | V1ReplicaSet>({ metadata, spec, status }: T): T {
  const { template, ...rest } = spec ?? {};
  const { selector: _selector, strategy: _strategy, ...kept } = rest as { selector?: unknown; strategy?: unknown };
  const grace = template?.spec?.terminationGracePeriodSeconds;
  return {
    metadata: prunedMeta(metadata),
    spec: {
      ...kept,
      template: {
        metadata: { annotations: releaseIn(template?.metadata) },
        spec: { ...(grace !== undefined && { terminationGracePeriodSeconds: grace }) },
      },
    },
    status,
  } as T;
}

function prunedPod({ metadata, spec, status }: V1Pod): V1Pod {
  const { nodeName, nodeSelector, tolerations, affinity, containers = [], imagePullSecrets } = spec ?? {};
  const { hostIP: _host, hostIPs: _hosts, podIP: _ip, podIPs: _ips, qosClass: _class, ...told } = status ?? {};
  return withoutUndefined({
    metadata: prunedMeta(metadata),
    spec: {
      nodeName,
      nodeSelector,
      tolerations,
      affinity,
      imagePullSecrets,
      containers: containers.map(prunedContainer),
    },
    status: {
      ...told,
      containerStatuses: told.containerStatuses?.map(
        ({ volumeMounts: _mounts, resources: _given, allocatedResources: _allocated, user: _user, ...rest }) => rest,
      ),
    },
  }) as V1Pod;
}

function prunedContainer(container: V1Container): V1Container {
  const { name, image, resources, startupProbe, readinessProbe, livenessProbe } = container;
  const probe = (given: V1Probe | undefined): V1Probe | undefined => given?.httpGet && { httpGet: given.httpGet };
  return withoutUndefined({
    name,
    image,
    resources,
    startupProbe: probe(startupProbe),
    readinessProbe: probe(readinessProbe),
    livenessProbe: probe(livenessProbe),
  }) as V1Container;
}

function prunedEvent(event: CoreV1Event): CoreV1Event {
  const { involvedObject, type, reason, message, count, firstTimestamp, lastTimestamp, eventTime } = event;
  const { kind, name, uid } = involvedObject;
  return withoutUndefined({
    metadata: { name: event.metadata.name },
    involvedObject: { kind, name, uid },
    type,
    reason,
    message,
    count,
    firstTimestamp,
    lastTimestamp,
    eventTime,
  }) as CoreV1Event;
}

function prunedNode({ metadata, spec, status }: V1Node): V1Node {
  const { cpu, memory, pods } = status?.allocatable ?? {};
  const { unschedulable, taints } = spec ?? {};
  const labels = Object.entries(metadata?.labels ?? {}).filter(([key]) => !key.startsWith('beta.'));
  const ready = status?.conditions?.filter(({ type }) => type === 'Ready');
  return withoutUndefined({
    metadata: { name: metadata?.name, labels: Object.fromEntries(labels) },
    spec: { unschedulable, taints: taints?.map(({ key, value, effect }) => ({ key, value, effect })) },
    status: {
      allocatable: { cpu, memory, pods },
      conditions: ready?.map(({ type, status: is, reason, message }) => ({ type, status: is, reason, message })),
    },
  }) as V1Node;
}

function prunedMeta(metadata: V1ObjectMeta = {}): V1ObjectMeta {
  const { name, uid, generation, deletionTimestamp, ownerReferences } = metadata;
  return withoutUndefined({
    name,
    uid,
    generation,
    deletionTimestamp,
    annotations: releaseIn(metadata),
    ownerReferences: ownerReferences?.map(({ apiVersion, kind, name: owner, uid: of }) => ({
      apiVersion,
      kind,
      name: owner,
      uid: of,
    })),
  }) as V1ObjectMeta;
}

function releaseIn({ annotations = {} }: V1ObjectMeta = {}): Record<string, string> {
  const told = new Set([releaseAnnotation, 'deployment.kubernetes.io/revision']);
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => told.has(key)));
}

/** As it comes back from a file. */
function withoutUndefined(object: object): unknown {
  return JSON.parse(JSON.stringify(object));
}
