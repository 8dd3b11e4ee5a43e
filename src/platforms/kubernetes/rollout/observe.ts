import type { CoreV1Event, V1Deployment, V1Node, V1Pod, V1ReplicaSet } from '@kubernetes/client-node';
import { DeployError } from '../../../shared/errors.ts';
import type { Cluster } from '../api/client.ts';
import { labelSelector } from '../manifest/labels.ts';
import { type Kind, pathOf } from '../api/resource-paths.ts';
import { isUnschedulable, type Observed } from '../pods/pod-view.ts';
import { watch, type WatchedObject, type WatchOptions } from '../api/watch.ts';

export interface ObserveOptions {
  readonly name: string;
  readonly signal: AbortSignal;
  /** Called with all there is, a moment after something changed; `undefined`: there is no such Deployment. */
  readonly onChange: (observed: Observed | undefined) => void;
  /** Called when the API server cannot be asked, and with undefined when it can again. */
  readonly onTrouble: (trouble: DeployError | undefined) => void;
}

/** Thousands of replicas change in bursts: one look answers for all changes since the last. */
const settleMs = 50;
/** A look at thousands takes longer than that. It is given a tenth of the time: looks grow with replicas, and so does their number. */
const restPerLook = 9;

/**
 * Keeps everything that belongs to one application in view, until the signal ends it: four watches, however many replicas,
 * and one of the nodes once they matter.
 *
 * @throws {DeployError} `cluster-denied` or `cluster-unreachable` if that cannot begin. The signal's reason when it ends.
 */
export async function observe(cluster: Cluster, options: ObserveOptions): Promise<never> {
  const { name, signal, onChange, onTrouble } = options;
  let deployments: ReadonlyMap<string, V1Deployment> | undefined;
  let replicaSets: ReadonlyMap<string, V1ReplicaSet> | undefined;
  let pods: ReadonlyMap<string, V1Pod> | undefined;
  let events: ReadonlyMap<string, CoreV1Event> = new Map();
  let nodes: ReadonlyMap<string, V1Node> | undefined;
  const { promise: nodesMatter, resolve: wantNodes } = Promise.withResolvers<void>();
  let isDue = false;
  let lookedMs = 0;

  function tell(): void {
    isDue = false;
    if (signal.aborted || !deployments || !replicaSets || !pods) return;
    const startedAt = performance.now();
    const [deployment] = deployments.values();
    const rest = { replicaSets: [...replicaSets.values()], pods: [...pods.values()], events: [...events.values()] };
    if (rest.pods.some(isUnschedulable) || rest.events.some(({ reason }) => reason === 'NodeNotReady')) wantNodes();
    onChange(deployment && { deployment, ...rest, ...(nodes && { nodes: [...nodes.values()] }) });
    lookedMs = performance.now() - startedAt;
  }

  function tellSoon(): void {
    if (!isDue) setTimeout(tell, Math.max(settleMs, lookedMs * restPerLook));
    isDue = true;
  }

  const followAt = async <T extends WatchedObject>(
    path: string,
    given: Omit<WatchOptions<T>, 'signal'>,
  ): Promise<never> => watch<T>(cluster, path, { onTrouble, ...given, signal });
  const follow = async <T extends WatchedObject>(kind: Kind, given: Omit<WatchOptions<T>, 'signal'>): Promise<never> =>
    followAt<T>(pathOf(kind, { namespace: cluster.namespace }), given);
  const own = { labelSelector: labelSelector(name) };

  return Promise.race([
    follow<V1Deployment>('Deployment', {
      query: { fieldSelector: `metadata.name=${name}` },
      onChange(objects) {
        deployments = objects;
        tellSoon();
      },
    }),
    follow<V1ReplicaSet>('ReplicaSet', {
      query: own,
      onChange(objects) {
        replicaSets = objects;
        tellSoon();
      },
    }),
    follow<V1Pod>('Pod', {
      query: own,
      slim: slimPod,
      onChange(objects) {
        pods = objects;
        tellSoon();
      },
    }),
    // Events and nodes only explain: an account that may not read them still deploys.
    unlessUnavailable(
      follow<CoreV1Event>('Event', {
        fromStart: false,
        wants: ({ involvedObject, reason = '' }) =>
          !routine.has(reason) &&
          (involvedObject.name === name || involvedObject.name?.startsWith(`${name}-`) === true),
        onChange(objects) {
          events = objects;
          tellSoon();
        },
      }),
      ({ code }) => code === 'cluster-denied',
    ),
    // There may be thousands of them, each several kB: only a pod that lacks one makes them worth that.
    nodesMatter.then(async () =>
      unlessUnavailable(
        followAt<V1Node>('/api/v1/nodes', {
          onTrouble: () => undefined,
          onChange(objects) {
            nodes = objects;
            tellSoon();
          },
        }),
        () => true,
      ),
    ),
  ]);
}

/** What every pod gets that comes up: it explains nothing, and there are four of them a pod. */
const routine: ReadonlySet<string> = new Set(['Scheduled', 'Pulled', 'Created', 'Started']);

/** What no rollout is judged by goes: it is the same for all pods of a release, and most of each. */
function slimPod({ spec }: V1Pod): void {
  if (spec === undefined) return;
  delete spec.volumes;
  delete spec.topologySpreadConstraints;
  for (const container of spec.containers ?? []) {
    delete container.env;
    delete container.args;
    delete container.volumeMounts;
    delete container.securityContext;
  }
}

async function unlessUnavailable(
  watching: Promise<never>,
  isExpected: (error: DeployError) => boolean,
): Promise<never> {
  try {
    return await watching;
  } catch (error) {
    if (!(error instanceof DeployError) || !isExpected(error)) throw error;
    const { promise: never } = Promise.withResolvers<never>();
    return never;
  }
}
