import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { apiServer, type ApiServer, json } from './api-server.ts';
import { type PlayedObjects, type KeptObjects, keptObjects } from './kept-objects.ts';
import { addNodes, playedIsReady, type PlayedStage, proxied, statusAt } from './played-pod.ts';

/** An API server with the controllers of Deployments behind it; what nodes would do is the test's. */
export interface PlayedCluster extends ApiServer {
  readonly objects: KeptObjects;
  /** The pods of what is wanted now, as they were made. */
  readonly pods: () => string[];
  readonly move: (pod: string, stage: PlayedStage) => void;
  /** Adds a line to the log of a pod; true if somebody follows it. */
  readonly say: (pod: string, line: string) => boolean;
  /** Waits until there are so many pods of what is wanted now. */
  readonly untilPods: (count: number) => Promise<void>;
}

const allowed = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };

/** @param options.comesTo how far each replica comes at once; where it is `waiting`, the test moves them. */
export async function playedCluster({ comesTo = 'ready' }: { comesTo?: PlayedStage } = {}): Promise<PlayedCluster> {
  const objects = keptObjects(control);
  const waiters = new Set<() => void>();
  const followers = new Map<string, ServerResponse[]>();
  let made = 0;

  const server = await apiServer((request, response) => {
    const { url = '' } = request;
    if (url.includes('/proxy/')) return json(response, 200, proxied(url, objects));
    if (/\/log\?/.test(url)) {
      const [, name = ''] = /\/pods\/([^/]+)\/log/.exec(url) ?? [];
      const stamp = url.includes('timestamps=true') ? `${new Date().toISOString()} ` : '';
      response.writeHead(200, { 'content-type': 'text/plain' }).write(`${stamp}hello\n`);
      // A line, and where it is followed what the test lets the pod say.
      if (!url.includes('follow=true')) response.end();
      else followers.set(name, [...(followers.get(name) ?? []), response]);
      return;
    }
    text(request).then(
      (body) => {
        if (url.endsWith('/selfsubjectrulesreviews'))
          return json(response, 201, { status: { resourceRules: [allowed], nonResourceRules: [], incomplete: false } });
        if (url.endsWith('/selfsubjectaccessreviews')) return json(response, 201, { status: { allowed: true } });
        if (url.endsWith('/selfsubjectreviews')) {
          const metadata = { creationTimestamp: new Date().toISOString().replace(/\.\d+/, '') };
          return json(response, 201, { metadata, status: { userInfo: { username: 'me' } } });
        }
        return objects.answer(request, response, body);
      },
      (error: Error) => response.destroy(error),
    );
  });
  addNodes(objects);

  /** What the controllers of Deployments and ReplicaSets do, at once. */
  function control(): void {
    for (const deployment of objects.list('deployments')) {
      const { metadata, spec = {} } = deployment;
      const template = spec['template'] as PlayedObjects;
      const hash = createHash('sha256').update(JSON.stringify(template)).digest('hex').slice(0, 10);
      const name = `${metadata.name}-${hash}`;
      const sets = objects.list('replicasets');
      const newest = Math.max(0, ...sets.map(revisionOf));
      const known = sets.find((set) => set.metadata.name === name);
      const number = known !== undefined && revisionOf(known) === newest ? newest : newest + 1;
      const revision = { [revisionAnnotation]: String(number) };
      const set = objects.put('replicasets', {
        ...(known ?? { spec: { template }, status: {} }),
        metadata: {
          ...known?.metadata,
          name,
          labels: { ...template.metadata.labels },
          annotations: { ...metadata.annotations, ...revision },
          ownerReferences: [{ kind: 'Deployment', uid: metadata.uid }],
        },
      });
      objects.put('deployments', {
        ...deployment,
        metadata: { ...metadata, annotations: { ...metadata.annotations, ...revision } },
      });
      const own = podsOf(set);
      const wanted = Number(spec['replicas'] ?? 1);
      for (const {
        metadata: { name: surplus },
      } of own.slice(wanted))
        objects.remove('pods', surplus);
      for (let at = own.length; at < wanted; at += 1) {
        made += 1;
        const pod = `${name}-${String(made).padStart(5, '0')}`;
        objects.put('pods', {
          metadata: {
            name: pod,
            labels: { ...template.metadata.labels },
            annotations: { ...template.metadata.annotations },
            ownerReferences: [{ kind: 'ReplicaSet', uid: set.metadata.uid }],
          },
          spec: { ...template.spec },
          status: { phase: 'Pending' },
        });
        if (comesTo !== 'waiting') move(pod, comesTo);
      }
    }
    endOld();
    if (objects.list('deployments').length === 0)
      for (const kind of ['pods', 'replicasets'])
        for (const { metadata } of objects.list(kind)) objects.remove(kind, metadata.name);
    settle();
  }

  /** The counts in the statuses. */
  function settle(): void {
    for (const deployment of objects.list('deployments')) {
      for (const set of objects.list('replicasets')) {
        const own = podsOf(set);
        objects.put('replicasets', {
          ...set,
          status: { replicas: own.length, readyReplicas: own.filter(playedIsReady).length },
        });
      }
      const pods = currentPods();
      const ready = pods.filter(playedIsReady).length;
      const condition = {
        type: 'Progressing',
        status: 'True',
        reason: allReady() ? 'NewReplicaSetAvailable' : 'ReplicaSetUpdated',
      };
      const counts = {
        replicas: objects.list('pods').length,
        updatedReplicas: pods.length,
        readyReplicas: ready,
        availableReplicas: ready,
      };
      objects.put('deployments', {
        ...deployment,
        status: { observedGeneration: deployment.metadata.generation, ...counts, conditions: [condition] },
      });
    }
    for (const waiter of waiters) waiter();
  }

  function podsOf(set: PlayedObjects): PlayedObjects[] {
    return objects
      .list('pods')
      .filter(({ metadata }) => JSON.stringify(metadata.ownerReferences).includes(set.metadata.uid ?? '-'));
  }
  /** Pods of earlier ReplicaSets go when those of the newest are ready. */
  function endOld(): void {
    if (!allReady()) return;
    const kept = new Set(currentPods());
    for (const pod of objects.list('pods')) if (!kept.has(pod)) objects.remove('pods', pod.metadata.name);
  }
  function currentPods(): PlayedObjects[] {
    const [newest] = objects.list('replicasets').toSorted((one, other) => revisionOf(other) - revisionOf(one));
    return newest === undefined ? [] : podsOf(newest);
  }
  function allReady(): boolean {
    const wanted = Number(objects.list('deployments')[0]?.spec?.['replicas'] ?? 1);
    return currentPods().filter(playedIsReady).length >= wanted;
  }

  function move(name: string, stage: PlayedStage): void {
    const pod = objects.list('pods').find(({ metadata }) => metadata.name === name);
    if (pod === undefined) throw new Error(`There is no pod ${name}`);
    const node = { nodeName: `node-${(Number(name.slice(-5)) % 2) + 1}` };
    objects.put('pods', { ...pod, spec: { ...pod.spec, ...(stage !== 'waiting' && node) }, status: statusAt(stage) });
    if (stage === 'pulling') {
      const involvedObject = { name, uid: pod.metadata.uid };
      objects.put('events', {
        metadata: { name: `${name}.pulling` },
        involvedObject,
        reason: 'Pulling',
        type: 'Normal',
        message: 'Pulling',
      });
    }
    settle();
    endOld();
    settle();
  }

  return {
    ...server,
    objects,
    pods: () => currentPods().map(({ metadata }) => metadata.name),
    move,
    say(name, line) {
      const open = (followers.get(name) ?? []).filter((response) => !response.destroyed);
      for (const response of open) response.write(`${line}\n`);
      return open.length > 0;
    },
    untilPods: async (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (currentPods().length !== count) return;
          waiters.delete(look);
          resolve();
        };
        waiters.add(look);
        look();
      }),
  };
}

const revisionAnnotation = 'deployment.kubernetes.io/revision';

function revisionOf({ metadata }: PlayedObjects): number {
  return Number(metadata.annotations?.[revisionAnnotation] ?? 0);
}
