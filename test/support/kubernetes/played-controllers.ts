import { createHash } from 'node:crypto';
import type { KeptObjects } from './kept-objects.ts';
import type { PlayedObject } from './played-object.ts';
import { playedIsReady } from './played-pod.ts';

/** What the controllers of Deployments and ReplicaSets do, at once. */
export interface PlayedControllers {
  /** Makes what is there what is wanted. Called after each write. */
  readonly control: () => void;
  /** Counts what is there into the statuses, and ends what is no longer needed. Called after each pod has changed. */
  readonly settle: () => void;
  /** The pods of what is wanted now, of all Deployments. */
  readonly currentPods: () => PlayedObject[];
}

/** @param onMade called with each new pod. */
export function playedControllers(objects: KeptObjects, onMade: (pod: PlayedObject) => void): PlayedControllers {
  let made = 0;

  function control(): void {
    for (const deployment of objects.list('deployments')) {
      const set = replicaSetFor(deployment);
      const own = ownedBy('pods', set);
      const wanted = wantedBy(deployment);
      for (const { metadata } of own.slice(wanted)) objects.remove('pods', metadata.name);
      for (let at = own.length; at < wanted; at += 1) makePod(set);
    }
    removeOrphans();
    endOld();
    count();
  }

  /** The ReplicaSet of its template, with the newest revision. */
  function replicaSetFor(deployment: PlayedObject): PlayedObject {
    const { metadata, spec = {} } = deployment;
    const template = spec['template'] as PlayedObject;
    const hash = createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 10);
    const name = `${metadata.name}-${hash}`;
    const newest = Math.max(0, ...ownedBy('replicasets', deployment).map(revisionOf));
    const known = objects.find('replicasets', name);
    const number = known !== undefined && revisionOf(known) === newest ? newest : newest + 1;
    const revision = { [revisionAnnotation]: String(number) };
    const labels = { ...template.metadata.labels, [hashLabel]: hash };
    const { matchLabels } = (spec['selector'] ?? {}) as { matchLabels?: object };
    objects.put('deployments', {
      ...deployment,
      metadata: { ...metadata, annotations: { ...metadata.annotations, ...revision } },
    });
    return objects.put('replicasets', {
      status: {},
      ...known,
      spec: {
        replicas: wantedBy(deployment),
        selector: { matchLabels: { ...matchLabels, [hashLabel]: hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
      },
      metadata: {
        ...known?.metadata,
        name,
        labels,
        annotations: { ...metadata.annotations, ...revision },
        ownerReferences: [ownerOfPart('apps/v1', 'Deployment', metadata)],
      },
    });
  }

  function makePod(set: PlayedObject): void {
    made += 1;
    const template = set.spec?.['template'] as PlayedObject;
    const pod = objects.put('pods', {
      metadata: {
        name: `${set.metadata.name}-${String(made).padStart(5, '0')}`,
        labels: { ...template.metadata.labels },
        annotations: { ...template.metadata.annotations },
        ownerReferences: [ownerOfPart('apps/v1', 'ReplicaSet', set.metadata)],
      },
      spec: { ...template.spec },
      status: { phase: 'Pending' },
    });
    onMade(pod);
  }

  /** A Deployment that a test took away by itself leaves what it owned. */
  function removeOrphans(): void {
    if (objects.list('deployments').length > 0) return;
    for (const kind of ['pods', 'replicasets'])
      for (const { metadata } of objects.list(kind)) objects.remove(kind, metadata.name);
  }

  /** Pods of earlier ReplicaSets go when those of the newest are ready. */
  function endOld(): void {
    for (const deployment of objects.list('deployments')) {
      const current = currentOf(deployment);
      if (current === undefined || !isComplete(deployment)) continue;
      for (const set of ownedBy('replicasets', deployment)) {
        if (set === current) continue;
        for (const { metadata } of ownedBy('pods', set)) objects.remove('pods', metadata.name);
        objects.put('replicasets', { ...set, spec: { ...set.spec, replicas: 0 } });
      }
    }
  }

  /** The counts in the statuses. */
  function count(): void {
    for (const deployment of objects.list('deployments')) {
      let replicas = 0;
      for (const set of ownedBy('replicasets', deployment)) {
        const own = ownedBy('pods', set);
        replicas += own.length;
        const ready = own.filter(playedIsReady).length;
        const counts = { replicas: own.length, readyReplicas: ready, availableReplicas: ready };
        objects.put('replicasets', { ...set, status: { ...counts, observedGeneration: set.metadata.generation } });
      }
      const current = currentOf(deployment);
      const pods = current === undefined ? [] : ownedBy('pods', current);
      const ready = pods.filter(playedIsReady).length;
      const reason = isComplete(deployment) ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated';
      const counts = { replicas, updatedReplicas: pods.length, readyReplicas: ready, availableReplicas: ready };
      const conditions = [{ type: 'Progressing', status: 'True', reason }];
      const status = { observedGeneration: deployment.metadata.generation, ...counts, conditions };
      objects.put('deployments', { ...deployment, status });
    }
  }

  function currentOf(deployment: PlayedObject): PlayedObject | undefined {
    const [newest] = ownedBy('replicasets', deployment).toSorted((one, other) => revisionOf(other) - revisionOf(one));
    return newest;
  }

  function isComplete(deployment: PlayedObject): boolean {
    const current = currentOf(deployment);
    return current !== undefined && ownedBy('pods', current).filter(playedIsReady).length >= wantedBy(deployment);
  }

  function ownedBy(collection: string, { metadata: { uid } }: PlayedObject): PlayedObject[] {
    return objects.list(collection).filter(({ metadata }) => {
      const owners = (metadata.ownerReferences ?? []) as { uid?: string }[];
      return owners.some((owner) => owner.uid === uid);
    });
  }

  return {
    control,
    settle() {
      count();
      endOld();
      count();
    },
    currentPods: () =>
      objects.list('deployments').flatMap((deployment) => {
        const current = currentOf(deployment);
        return current === undefined ? [] : ownedBy('pods', current);
      }),
  };
}

const revisionAnnotation = 'deployment.kubernetes.io/revision';
const hashLabel = 'pod-template-hash';

function revisionOf({ metadata }: PlayedObject): number {
  return Number(metadata.annotations?.[revisionAnnotation] ?? 0);
}

function wantedBy({ spec }: PlayedObject): number {
  return Number(spec?.['replicas'] ?? 1);
}

function ownerOfPart(apiVersion: string, kind: string, { name, uid }: PlayedObject['metadata']): object {
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}
