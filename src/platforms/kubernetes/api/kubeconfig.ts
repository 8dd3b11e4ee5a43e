import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Cluster, KubeConfig, type User } from '@kubernetes/client-node';
import { DeployError } from '../../../shared/errors.ts';
import { kubeconfigIn } from './kubeconfig-file.ts';

/** The cluster and the account that a kubeconfig, or the pod we run in, names. */
export interface ClusterAccess {
  /** The context's name, or `in-cluster`. */
  readonly context: string;
  readonly namespace: string;
  readonly cluster: Cluster;
  readonly user: User;
  /** All of it, for the old authentication providers that the client library still knows. */
  readonly config: KubeConfig;
}

export interface ClusterAccessOptions {
  /** The file given by the user; otherwise KUBECONFIG, ~/.kube/config, or the pod we run in. */
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where a pod finds its service account. */
  readonly serviceAccountDir?: string;
}

/**
 * Finds out which cluster to talk to and as whom, by the rules of kubectl.
 *
 * @throws {DeployError} `kubeconfig-unusable` if there is none, it cannot be read, or it lacks what the context names.
 */
export function findAccess(options: ClusterAccessOptions): ClusterAccess {
  const { files, required } = filesOf(options);
  const found = files.flatMap((file) => kubeconfigIn(file, { required }));
  if (found.length === 0) return inCluster(options, files);

  const config = new KubeConfig();
  config.loadFromOptions(merge(found));
  const name = options.context ?? config.getCurrentContext();
  const known = config.getContexts().map((context) => context.name);
  const context = name ? config.getContextObject(name) : null;
  if (!name || !context) {
    throw new DeployError(
      'kubeconfig-unusable',
      name ? `Cannot find the context "${name}" in ${files.join(', ')}` : `No current context in ${files.join(', ')}`,
      { hint: known.length === 0 ? 'Add a context to it.' : `Pass --context with one of: ${known.join(', ')}.` },
    );
  }
  config.setCurrentContext(name);
  const cluster = config.getCurrentCluster();
  if (!cluster) throw unusable(`The context "${name}" names the cluster "${context.cluster}", which is not there`);
  const user = config.getCurrentUser();
  if (context.user && !user) throw unusable(`The context "${name}" names the user "${context.user}", who is not there`);
  const namespace = options.namespace ?? context.namespace ?? 'default';
  return { context: name, namespace, cluster, user: user ?? { name: '' }, config };
}

/** The contexts that there are; none in a pod. Nothing is asked over a network. */
export function contextsIn(options: ClusterAccessOptions): string[] {
  const { files, required } = filesOf(options);
  const found = files.flatMap((file) => kubeconfigIn(file, { required }));
  const config = new KubeConfig();
  config.loadFromOptions(merge(found));
  return config.getContexts().map(({ name }) => name);
}

function filesOf({ kubeconfig, environment }: ClusterAccessOptions): { files: string[]; required: boolean } {
  if (kubeconfig !== undefined) return { files: [kubeconfig], required: true };
  const listed = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((file) => file !== '');
  // kubectl leaves out files of the list that do not exist.
  if (listed.length > 0) return { files: listed, required: listed.length === 1 };
  const home = environment['HOME'] ?? environment['USERPROFILE'] ?? homedir();
  return { files: [join(home, '.kube', 'config')], required: false };
}

/** The first file that names something wins, as in kubectl. */
function merge(configs: readonly KubeConfig[]): Pick<KubeConfig, 'clusters' | 'users' | 'contexts' | 'currentContext'> {
  return {
    clusters: firstByName(configs.flatMap((config) => config.getClusters())),
    users: firstByName(configs.flatMap((config) => config.getUsers())),
    contexts: firstByName(configs.flatMap((config) => config.getContexts())),
    currentContext: configs.map((config) => config.getCurrentContext()).find(Boolean) ?? '',
  };
}

function firstByName<T extends { readonly name: string }>(entries: readonly T[]): T[] {
  return [...new Map(entries.toReversed().map((entry) => [entry.name, entry])).values()].toReversed();
}

function inCluster(options: ClusterAccessOptions, files: readonly string[]): ClusterAccess {
  const { environment, serviceAccountDir = '/var/run/secrets/kubernetes.io/serviceaccount' } = options;
  const host = environment['KUBERNETES_SERVICE_HOST'];
  if (!host) {
    throw new DeployError('kubeconfig-unusable', `No kubeconfig found at ${files.join(', ')}`, {
      hint: 'Set KUBECONFIG or pass --kubeconfig.',
    });
  }
  const address = host.includes(':') ? `[${host}]` : host;
  const server = `https://${address}:${environment['KUBERNETES_SERVICE_PORT'] ?? '443'}`;
  const cluster = { name: 'in-cluster', server, caFile: join(serviceAccountDir, 'ca.crt'), skipTLSVerify: false };
  // A file, since the kubelet writes a new token into it every hour or so.
  const tokenFile = join(serviceAccountDir, 'token');
  const user = { name: 'in-cluster', authProvider: { name: 'tokenFile', config: { tokenFile } } };
  const config = new KubeConfig();
  config.loadFromClusterAndUser(cluster, user);
  const namespace = options.namespace ?? readFileSync(join(serviceAccountDir, 'namespace'), 'utf8').trim();
  return { context: 'in-cluster', namespace, cluster, user, config };
}

function unusable(message: string): DeployError {
  return new DeployError('kubeconfig-unusable', message, { hint: 'Correct the kubeconfig, or pass --context.' });
}
