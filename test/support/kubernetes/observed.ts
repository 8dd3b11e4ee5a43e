import type { CoreV1Event, V1ContainerStatus, V1Deployment, V1Pod, V1ReplicaSet } from '@kubernetes/client-node';
import type { Observed } from '../../../src/platforms/kubernetes/pods/pod-view.ts';

/** A rollout of release `new` as the API shows it, with what matters changed. */
export function observedWith(changes: Partial<Observed> = {}): Observed {
  return {
    deployment: deploymentWith(),
    replicaSets: [replicaSet('new', 2), replicaSet('old', 1)],
    pods: [],
    events: [],
    ...changes,
  };
}

export function deploymentWith(
  changes: { release?: string; replicas?: number; generation?: number; status?: object; spec?: object } = {},
): V1Deployment {
  const { release = 'new', replicas = 1, generation = 2, status, spec } = changes;
  return {
    metadata: {
      name: 'hello',
      uid: 'deployment',
      generation,
      annotations: { 'selfsame.dev/release': release, 'deployment.kubernetes.io/revision': '2' },
    },
    spec: { replicas, selector: {}, template: { spec: { containers: [], terminationGracePeriodSeconds: 5 } }, ...spec },
    status: { observedGeneration: 2, ...status },
  };
}

export function replicaSet(release: string, revision: number, status: object = {}): V1ReplicaSet {
  return {
    metadata: {
      name: `hello-${release}`,
      uid: release,
      annotations: { 'deployment.kubernetes.io/revision': String(revision) },
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'hello', uid: 'deployment' }],
    },
    spec: { selector: {}, template: { metadata: { annotations: { 'selfsame.dev/release': release } } } },
    status: { replicas: 1, ...status },
  };
}

interface PodChanges {
  readonly release?: string;
  readonly isReady?: boolean;
  readonly isEnding?: boolean;
  readonly phase?: string;
  readonly container?: Partial<V1ContainerStatus>;
  /** Why no node takes it. */
  readonly unschedulable?: string;
  /** Why its node has sent it away. */
  readonly evicted?: string;
}

export function pod(name: string, changes: PodChanges = {}): V1Pod {
  const {
    release = 'new',
    isReady = false,
    isEnding = false,
    phase = 'Running',
    container = {},
    unschedulable,
    evicted,
  } = changes;
  return {
    metadata: {
      name,
      uid: name,
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: `hello-${release}`, uid: release }],
      ...(isEnding && { deletionTimestamp: new Date('2026-11-22T10:00:00Z') }),
    },
    spec: {
      containers: [{ name: 'app', image: 'example.test/runner:1', resources: { limits: { memory: '256Mi' } } }],
      ...(unschedulable === undefined && { nodeName: 'node-1' }),
    },
    status: {
      phase,
      ...(evicted !== undefined && { phase: 'Failed', reason: 'Evicted', message: evicted }),
      conditions: [
        { type: 'Ready', status: isReady ? 'True' : 'False' },
        ...(unschedulable === undefined
          ? []
          : [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message: unschedulable }]),
      ],
      containerStatuses: [
        {
          name: 'app',
          image: '',
          imageID: '',
          ready: isReady,
          restartCount: 0,
          started: true,
          state: { running: {} },
          ...container,
        },
      ],
    },
  };
}

export function event(
  about: string,
  { type = 'Warning', ...rest }: { reason: string; message: string; type?: string; count?: number },
): CoreV1Event {
  return { metadata: { name: `${about}.${rest.reason}` }, involvedObject: { uid: about, name: about }, type, ...rest };
}
