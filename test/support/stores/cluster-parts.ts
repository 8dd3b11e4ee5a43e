import type { V1ConfigMap } from '@kubernetes/client-node';
import type { Artifact } from '../../../src/executable/format/artifact.ts';
import { pathOf } from '../../../src/platforms/kubernetes/api/resource-paths.ts';
import type { TestCluster } from '../cluster/cluster.ts';
import { artifactOf } from '../programs/artifact.ts';

/** What is kept of an application. */
export async function partsOf({ cluster, namespace }: TestCluster, name: string): Promise<V1ConfigMap[]> {
  const query = { labelSelector: `app.kubernetes.io/instance=${name}` };
  return (await cluster.request<{ items: V1ConfigMap[] }>('GET', pathOf('ConfigMap', { namespace }), { query })).items;
}

export async function removePart({ cluster, namespace }: TestCluster, name = ''): Promise<void> {
  await cluster.request('DELETE', pathOf('ConfigMap', { namespace, name }));
}

/** As somebody would who may delete and create: another content under the same name, with the same metadata. */
export async function replacePart(place: TestCluster, name = ''): Promise<void> {
  const { cluster, namespace } = place;
  const path = pathOf('ConfigMap', { namespace, name });
  const { metadata: { labels, annotations } = {} } = await cluster.request<V1ConfigMap>('GET', path);
  await removePart(place, name);
  const binaryData = { blob: Buffer.from('something else').toString('base64') };
  const body = { metadata: { name, labels, annotations }, immutable: true, binaryData };
  await cluster.request('POST', pathOf('ConfigMap', { namespace }), { body });
}

/** As selfsame stored before it did so in ConfigMaps. */
export async function storeInSecret(
  { cluster, namespace }: TestCluster,
  name: string,
  { version, blob, target }: Artifact,
): Promise<string> {
  const digest = blob?.digest ?? '';
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': name };
  const ours = { ...labels, 'app.kubernetes.io/managed-by': 'selfsame', 'app.kubernetes.io/component': 'blob' };
  const annotations = {
    'selfsame.dev/blob': JSON.stringify({ digest, sizeBytes: 7, parts: 1 }),
    [`selfsame.dev/artifact.${target}`]: JSON.stringify({ version, name: 'hello-world', sizeBytes: 7 }),
  };
  const metadata = { name: `${name}-blob-${digest.slice(0, 16)}-000`, labels: ours, annotations };
  const body = { metadata, immutable: true, data: { blob: Buffer.from('earlier').toString('base64') } };
  await cluster.request('POST', pathOf('Secret', { namespace }), { body });
  return metadata.name;
}

export function sizeOfPart({ binaryData }: V1ConfigMap): number {
  return Buffer.from(binaryData?.['blob'] ?? '', 'base64').length;
}

/** A revision without replicas that mounts them. */
export function replicaSetOf(name: string, sources: readonly object[]): object {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/instance': name };
  const volumes = [{ name: 'blob', projected: { sources } }];
  const spec = { volumes, containers: [{ name: 'app', image: 'none' }] };
  return {
    metadata: { name, labels: { ...labels, 'app.kubernetes.io/managed-by': 'selfsame' } },
    spec: { replicas: 0, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

/** Another version of the same blob. */
export async function forTarget(artifact: Artifact, target: 'linux-arm64'): Promise<Artifact> {
  const { blob } = artifact;
  return { ...(await artifactOf(`${artifact.version} for ${target}`)), target, ...(blob && { blob }) };
}

/** A quota counts once its controller has looked. */
export async function untilRefused(ask: () => Promise<void>): Promise<void> {
  for (;;) await ask();
}
