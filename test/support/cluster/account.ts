import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import type { TestCluster } from './cluster.ts';
import { kubeconfigOf } from '../kubernetes/api-server.ts';

/** What deploying and looking needs, in one namespace: no events, no nodes, no proxy, nothing of the cluster. */
export const deployRules = [
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  { apiGroups: ['apps'], resources: ['replicasets'], verbs: ['list', 'watch'] },
  {
    apiGroups: [''],
    resources: ['secrets', 'configmaps', 'services'],
    verbs: ['get', 'list', 'create', 'patch', 'delete'],
  },
  { apiGroups: [''], resources: ['pods', 'pods/log'], verbs: ['get', 'list', 'watch'] },
];

/** An account that goes with its namespace. */
export interface Account {
  /** Path of a kubeconfig that is this account. */
  readonly kubeconfig: string;
  /** Removes the kubeconfig. */
  remove(): Promise<void>;
}

/** Makes an account in the namespace of a test, which may do there what the rules say. */
export async function accountWith(
  rules: readonly object[],
  { cluster, kubeconfig, namespace }: TestCluster,
): Promise<Account> {
  const name = 'modest';
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}`;
  const accounts = `/api/v1/namespaces/${namespace}/serviceaccounts`;
  await cluster.request('POST', accounts, { body: { metadata: { name } } });
  await cluster.request('POST', `${rbac}/roles`, { body: { metadata: { name }, rules } });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name };
  const subjects = [{ kind: 'ServiceAccount', name, namespace }];
  await cluster.request('POST', `${rbac}/rolebindings`, { body: { metadata: { name }, roleRef, subjects } });
  const { status } = await cluster.request<{ status: { token: string } }>('POST', `${accounts}/${name}/token`, {
    body: {},
  });

  const own = new KubeConfig();
  own.loadFromFile(kubeconfig);
  const place = { server: cluster.server, 'certificate-authority-data': own.getCurrentCluster()?.caData };
  const folder = await mkdtemp(join(tmpdir(), 'selfsame-'));
  const file = join(folder, 'config');
  await writeFile(file, JSON.stringify(kubeconfigOf(place, { token: status.token })));
  return { kubeconfig: file, remove: async () => rm(folder, { recursive: true }) };
}
