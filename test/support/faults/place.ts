import type { V1Deployment, V1ObjectMeta, V1Pod } from '@kubernetes/client-node';
import { labelSelector, releaseAnnotation } from '../../../src/platforms/kubernetes/manifest/labels.ts';
import { pathOf } from '../../../src/platforms/kubernetes/api/resource-paths.ts';
import { isEnding, podIsReady } from '../../../src/platforms/kubernetes/pods/pod-view.ts';
import { type DeployerCluster, deployerCluster } from '../cluster/account.ts';
import type { TestCluster } from '../cluster/cluster.ts';
import { type EndedProgram, runProgram } from '../programs/program.ts';
import { loadStockImage } from '../cluster/stock-image.ts';
import { type FaultGate, faultGateTo } from './gate.ts';

/** Where faults are tried: a namespace of the real cluster, and programs that deploy themselves. */
export interface FaultPlace extends DeployerCluster {
  readonly executables: Readonly<Record<'first' | 'second' | 'large', string>>;
}

export async function faultPlace(executables: FaultPlace['executables']): Promise<FaultPlace> {
  await loadStockImage();
  return { ...(await deployerCluster('faults', [])), executables };
}

/** One deploy under a name of its own, through a gate of its own. */
export interface Deployer {
  readonly name: string;
  readonly gate: FaultGate;
  /** Begins it. */
  deploy(options?: DeployOptions): FaultRun;
  /** Begins it, and waits until it asks for this, which is held. */
  deployTo(wanted: RegExp, options?: DeployOptions & { readonly skip?: number }): Promise<FaultRun>;
  close(): Promise<void>;
}

export interface DeployOptions {
  readonly version?: keyof FaultPlace['executables'];
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** To stand in front: a program that starts it. */
  readonly under?: readonly string[];
}

export interface FaultRun {
  readonly ended: Promise<EndedProgram>;
  /** Resolves once it has said this on stderr, or ended. */
  said(wanted: RegExp): Promise<void>;
}

export async function deployerIn(place: FaultPlace, name: string): Promise<Deployer> {
  await place.grant(name);
  const gate = await faultGateTo(place.kubeconfig);
  const deploy = (options: DeployOptions = {}): FaultRun => {
    const [program, ...before] = [...(options.under ?? []), place.executables[options.version ?? 'first']];
    const own = ['--kubernetes', '--name', name, '--namespace', place.namespace, '--target', 'linux-x64'];
    const size = ['--replicas', '2', '--cpu-request', '20m'];
    const words = [...before, ...own, ...size, ...(options.words ?? [])];
    const env = { KUBECONFIG: gate.kubeconfig, SELFSAME_STORE: 'cluster', ...options.env };
    return begun(program, words, env);
  };
  return {
    name,
    gate,
    deploy,
    async deployTo(wanted, options) {
      const held = gate.hold(wanted, options);
      const run = deploy(options);
      const early = run.ended.then(({ status, stderr }) => {
        throw new Error(`It ended with ${status} before it asked for ${wanted.source}: ${stderr}`);
      });
      await Promise.race([held, early]);
      early.catch(() => undefined);
      return run;
    },
    close: async () => gate.close(),
  };
}

function begun(program: string, words: readonly string[], env: Readonly<Record<string, string>>): FaultRun {
  let stderr = '';
  const waiting = new Set<() => void>();
  const ended = runProgram(program, words, {
    env,
    signalWhen(said) {
      ({ stderr } = said);
      for (const look of waiting) look();
      return undefined;
    },
  });
  return {
    ended,
    async said(wanted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const look = (): void => {
        if (wanted.test(stderr)) resolve();
      };
      waiting.add(look);
      look();
      await Promise.race([promise, ended]);
    },
  };
}

/** What there is of an application. */
export interface Remains {
  /** e.g. `Secret ×2` */
  readonly objects: readonly string[];
  readonly deployment?: { readonly release: string; readonly ready: number; readonly wanted: number };
}

export async function remainsOf(
  { cluster, namespace }: Pick<TestCluster, 'cluster' | 'namespace'>,
  name: string,
): Promise<Remains> {
  const objects: string[] = [];
  for (const kind of ['Secret', 'ConfigMap', 'Service'] as const) {
    const query = { labelSelector: labelSelector(name) };
    const { items } = await cluster.request<{ items: { metadata?: V1ObjectMeta }[] | null }>(
      'GET',
      pathOf(kind, { namespace }),
      {
        query,
        metadataOnly: true,
      },
    );
    if (items?.length) objects.push(`${kind} ×${items.length}`);
  }
  const found = await cluster.find<V1Deployment>(pathOf('Deployment', { namespace, name }));
  if (found === undefined) return { objects };
  const { metadata, spec } = found;
  const release = metadata?.annotations?.[releaseAnnotation] ?? '';
  const ready = (await podsOf({ cluster, namespace }, name)).filter(
    (pod) => podIsReady(pod) && !isEnding(pod) && pod.metadata?.annotations?.[releaseAnnotation] === release,
  ).length;
  return { objects, deployment: { release, ready, wanted: spec?.replicas ?? 0 } };
}

/** The pods themselves: after an API server was away, the controller's count of them lags by seconds. */
async function podsOf(
  { cluster, namespace }: Pick<TestCluster, 'cluster' | 'namespace'>,
  name: string,
): Promise<V1Pod[]> {
  const { items } = await cluster.request<{ items: V1Pod[] }>('GET', pathOf('Pod', { namespace }), {
    query: { labelSelector: labelSelector(name) },
  });
  return items;
}

export function remainsText({ objects, deployment }: Remains): string {
  const own = deployment && [`Deployment ${deployment.release.slice(0, 7)} ${deployment.ready}/${deployment.wanted}`];
  return [...objects, ...(own ?? [])].join(', ') || 'nothing';
}
