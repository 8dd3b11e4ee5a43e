import type { V1ConfigMap, V1Deployment, V1Secret, V1Service } from '@kubernetes/client-node';
import { type Digest, short } from '../../../shared/digest.ts';
import type { MountedPlace } from '../../../store/store.ts';
import { objectLabels, releaseAnnotation, selectorLabels, versionAnnotation } from './labels.ts';
import { podSpecFor, readsWithSecret, sourceSecret } from './pod-spec.ts';
import { stockRunnerFor } from './stock-runner.ts';

/** What a user wants to run, in plain values: everything a manifest is made from. */
export interface Intent {
  /** The application's name: names every object, and the file in the pod. A DNS label. */
  readonly name: string;
  readonly namespace: string;
  readonly release: Digest;
  /** What was built, by Kubernetes' word for the architecture. Pods go to nodes of these alone. */
  readonly versions: Readonly<Partial<Record<Arch, Version>>>;
  /** The secret query string that reads the artifacts, without `?`; absent where reading is public. */
  readonly query?: string;
  /** What pods mount instead of fetching from a URL. */
  readonly mounted?: MountedPlace;
  /** Where each version has a query of its own, these, by version: also of releases that pods may go back to. */
  readonly queries?: Readonly<Record<Digest, string>>;
  /** Absent: the number is left to whoever scales it (an autoscaler). */
  readonly replicas?: number;
  /** Annotations of the Deployment alone, which restart no pod. */
  readonly record?: Readonly<Record<string, string>>;
  /** Passed to the application as they are. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Environment from Secrets that exist already. */
  readonly secretEnv?: Readonly<Record<string, { readonly secret: string; readonly key: string }>>;
  /** What the application serves HTTP on; absent: no Service and no probes. */
  readonly port?: number;
  readonly healthPaths: HealthPaths;
  readonly resources?: Resources;
  readonly runnerImage: string;
  readonly runner: RunnerChoice;
  readonly imagePullSecret?: string;
  readonly serviceAccount?: string;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  /** `KEY`, `KEY=VALUE`, either with `:EFFECT`. */
  readonly tolerations?: readonly string[];
  /** From SIGTERM to SIGKILL: as long as the application may need to drain. */
  readonly terminationGracePeriodSeconds?: number;
  /** After how long without progress Kubernetes itself calls the rollout stuck. */
  readonly progressDeadlineSeconds?: number;
}

/** What starts the executable: the image itself (runner/run.sh), or a script that a stock image of Node.js is given. */
export type RunnerChoice =
  | { readonly kind: 'thin' }
  | {
      readonly kind: 'stock';
      /** The text of the bundle of runner/stock. */
      readonly script: string;
      /** Of the script. */
      readonly digest: Digest;
    };

export type Arch = 'amd64' | 'arm64';

/** One artifact as a pod needs it. */
interface Version {
  readonly version: Digest;
  readonly sizeBytes: number;
  /** Without its secret query; absent where the blob is mounted. */
  readonly url?: string;
  /** Its first part: a runner that carries it fetches the rest alone. */
  readonly prefix?: { readonly digest: Digest; readonly sizeBytes: number };
}

/** Where the application answers how it is. */
export interface HealthPaths {
  readonly ready: string;
  readonly live: string;
}

/** Kubernetes quantities, e.g. `100m`, `256Mi`. */
export interface Resources {
  readonly cpuRequest?: string;
  readonly cpuLimit?: string;
  readonly memoryRequest?: string;
  readonly memoryLimit?: string;
}

/** One of the kinds we make; name and namespace always stand in its metadata. */
export type KubernetesObject = V1Secret | V1ConfigMap | V1Service | V1Deployment;

/**
 * The objects that make an intent true.
 *
 * No PodDisruptionBudget is among them: it would take rights (in the API group policy) that an account which deploys can do
 * without, to deploy and to delete, and a drained node drops no request even so, since replicas are spread over nodes and
 * those that are evicted go on answering while others take over. Whoever wants one selects `app.kubernetes.io/instance`.
 *
 * @returns them in the order in which they have to be applied.
 */
export function manifestFor(intent: Intent): KubernetesObject[] {
  return [
    ...(readsWithSecret(intent) ? [sourceSecretFor(intent)] : []),
    ...(intent.runner.kind === 'stock'
      ? [stockRunnerFor({ ...intent, labels: objectLabels(intent.name) }, intent.runner)]
      : []),
    ...(intent.port === undefined ? [] : [serviceFor(intent)]),
    deploymentFor(intent),
  ];
}

/** The Secret that pods read their links from. */
export function sourceSecretFor({
  name,
  namespace,
  query,
  queries = {},
}: Pick<Intent, 'name' | 'namespace' | 'query' | 'queries'>): V1Secret {
  // The runner prefers the one that is named for what it wants.
  const named = Object.entries(queries).toSorted(([one], [other]) => (one < other ? -1 : 1));
  const data = [
    ...(query === undefined ? [] : [['query', query] as const]),
    ...named.map(([version, own]) => [`query.${version}`, own] as const),
  ];
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: sourceSecret(name), namespace, labels: objectLabels(name) },
    type: 'Opaque',
    data: Object.fromEntries(data.map(([key, secret]) => [key, Buffer.from(secret).toString('base64')])),
  };
}

function serviceFor({ name, namespace }: Intent): V1Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace, labels: objectLabels(name) },
    spec: {
      selector: selectorLabels(name),
      ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
    },
  };
}

function deploymentFor(intent: Intent): V1Deployment {
  const { name, namespace, replicas } = intent;
  const labels = { ...objectLabels(name), 'app.kubernetes.io/version': short(intent.release) };
  const annotations = annotationsFor(intent);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace, labels, annotations: { ...annotations, ...intent.record } },
    spec: {
      ...(replicas !== undefined && { replicas }),
      selector: { matchLabels: selectorLabels(name) },
      // No replica goes before its successor is ready, so that those that answer are never fewer than wanted.
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: '25%' } },
      // Without a port nothing can be asked: a replica that lasts this long is taken for a sound one. With one, none: that
      // proxies hear of a new replica late harms nobody, since the old one answers until they all have.
      minReadySeconds: intent.port === undefined ? 10 : 0,
      revisionHistoryLimit: 10,
      progressDeadlineSeconds: intent.progressDeadlineSeconds ?? 600,
      template: { metadata: { labels: { ...labels }, annotations: { ...annotations } }, spec: podSpecFor(intent) },
    },
  };
}

function annotationsFor({ release, versions }: Intent): Record<string, string> {
  const byArch = Object.entries(versions).map(([arch, { version }]) => [`${versionAnnotation}${arch}`, version]);
  return { [releaseAnnotation]: release, ...Object.fromEntries(byArch) };
}
