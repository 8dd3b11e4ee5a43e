import type { V1Deployment, V1Pod } from '@kubernetes/client-node';
import { pathOf } from '../../../src/platforms/kubernetes/api/resource-paths.ts';
import { labelSelector } from '../../../src/platforms/kubernetes/manifest/labels.ts';
import type { TestCluster } from './cluster.ts';

/** The names of all Deployments. */
export async function deployments({ cluster, namespace }: TestCluster): Promise<(string | undefined)[]> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  const { items } = await cluster.request<{ items: V1Deployment[] }>('GET', path);
  return items.map(({ metadata }) => metadata?.name);
}

interface Named {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
}

/** What a deploy makes, and its pods. */
export async function allObjects({ cluster, namespace }: TestCluster): Promise<Named[]> {
  const kinds = ['apis/apps/v1', 'api/v1', 'api/v1', 'api/v1'].map(
    (group, index) => `/${group}/namespaces/${namespace}/${['deployments', 'services', 'secrets', 'pods'][index]}`,
  );
  const lists = await Promise.all(kinds.map(async (path) => cluster.request<{ items: Named[] }>('GET', path)));
  return lists
    .flatMap(({ items }) => items)
    .map(({ metadata: { name, resourceVersion } }) => ({ metadata: { name, resourceVersion } }));
}

/** The pods of hello-world. */
export async function helloPods({ cluster, namespace }: TestCluster): Promise<V1Pod[]> {
  const query = { labelSelector: 'app.kubernetes.io/instance=hello-world' };
  const path = `/api/v1/namespaces/${namespace}/pods`;
  return (await cluster.request<{ items: V1Pod[] }>('GET', path, { query })).items;
}

/** The names of an application's ConfigMaps, sorted. */
export async function configMaps({ cluster, namespace }: TestCluster, name: string): Promise<string[]> {
  const query = { labelSelector: labelSelector(name) };
  const path = pathOf('ConfigMap', { namespace });
  const { items } = await cluster.request<{ items: Named[] }>('GET', path, { query, metadataOnly: true });
  return items.map(({ metadata }) => metadata.name).toSorted();
}
