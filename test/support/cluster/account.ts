import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig, type V1PolicyRule } from '@kubernetes/client-node';
import { rulesFor } from '../../../src/platforms/kubernetes/manifest/role.ts';
import { kubeconfigOf } from '../kubernetes/api-server.ts';
import { helloExecutable } from '../programs/executables.ts';
import { runProgram } from '../programs/program.ts';
import { testCluster, type TestCluster } from './cluster.ts';

/** What deploying, looking and deleting cannot do without, under one name: no events, no proxy, nothing of the cluster. */
export function deployRules(name = 'hello-world'): V1PolicyRule[] {
  return rulesFor(name, 'deploy').flatMap(({ rule, isOptional }) => (isOptional ? [] : [rule]));
}

/** An account that goes with its namespace. */
export interface Account {
  /** Path of a kubeconfig that is this account. */
  readonly kubeconfig: string;
  /** Removes the kubeconfig. */
  remove(): Promise<void>;
}

/** Makes an account in the namespace of a test, which may do there what the rules say. */
export async function accountWith(rules: readonly object[], place: TestCluster): Promise<Account> {
  const name = 'modest';
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  const subjects = [{ kind: 'ServiceAccount', name, namespace: place.namespace }];
  await make(place, 'roles', { metadata: { name }, rules });
  await make(place, 'rolebindings', { metadata: { name }, roleRef, subjects });
  return accountNamed(name, place);
}

/** Where who runs the program may do what the executable itself prints (`self rbac`), and nothing else. */
export interface DeployerCluster extends TestCluster {
  /** Lets it deploy under one more name, if it may not yet. */
  grant(name: string): Promise<void>;
}

/**
 * As `testCluster`, but who runs the program there is a deployer of these names. The test's own requests are an administrator's.
 *
 * @param options.seesNodes also the ClusterRole that `self rbac --nodes` prints.
 */
export async function deployerCluster(
  suite: string,
  names: readonly string[] = ['hello-world'],
  { seesNodes = false }: { readonly seesNodes?: boolean } = {},
): Promise<DeployerCluster> {
  const place = await testCluster(suite);
  const granted = new Set<string>();
  const grant = async (name: string, more: readonly string[] = []): Promise<void> => {
    if (granted.has(name)) return;
    granted.add(name);
    const words = ['self', 'rbac', '--name', name, '--namespace', place.namespace, '--service-account', 'deployer'];
    const { stdout } = await runProgram(helloExecutable, [...words, ...more, '--output', 'json']);
    const { items } = JSON.parse(stdout) as { items: Granted[] };
    for (const item of items) await makeGranted(place, item);
  };
  for (const name of names) await grant(name, seesNodes && name === names[0] ? ['--nodes'] : []);
  const account = await accountNamed('deployer', place);
  return {
    ...place,
    kubeconfig: account.kubeconfig,
    grant,
    async close() {
      await account.remove();
      if (seesNodes) await place.cluster.request('DELETE', nodesBinding(place));
      await place.close();
    },
  };
}

interface Granted {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

const rbacPath = '/apis/rbac.authorization.k8s.io/v1';

function nodesBinding({ namespace }: TestCluster): string {
  return `${rbacPath}/clusterrolebindings/selfsame-nodes-${namespace}-deployer`;
}

/** Makes an object of `self rbac`. The one ClusterRole is there already where another test has it. */
async function makeGranted(place: TestCluster, item: Granted): Promise<void> {
  const { kind, metadata } = item;
  const resources = `${kind.toLowerCase()}s`;
  if (metadata.namespace !== undefined) return make(place, resources, item);
  if (kind === 'ClusterRole' && (await place.cluster.find(`${rbacPath}/${resources}/${metadata.name}`)) !== undefined)
    return;
  await place.cluster.request('POST', `${rbacPath}/${resources}`, { body: item });
}

async function make({ cluster, namespace }: TestCluster, resources: string, body: object): Promise<void> {
  await cluster.request('POST', `${rbacPath}/namespaces/${namespace}/${resources}`, { body });
}

/** A service account, and a kubeconfig that is it. */
async function accountNamed(name: string, { cluster, kubeconfig, namespace }: TestCluster): Promise<Account> {
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await cluster.request('POST', accounts, { body: { metadata: { name } } });
  const { status } = await cluster.request<{ status: { token: string } }>('POST', `${accounts}/${name}/token`, {
    // Longer than the longest run of a benchmark.
    body: { spec: { expirationSeconds: 86_400 } },
  });

  const own = new KubeConfig();
  own.loadFromFile(kubeconfig);
  const place = { server: cluster.server, 'certificate-authority-data': own.getCurrentCluster()?.caData };
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-'));
  const file = join(folder, 'config');
  await writeFile(file, JSON.stringify(kubeconfigOf(place, { token: status.token })));
  return { kubeconfig: file, remove: async () => rm(folder, { recursive: true }) };
}
