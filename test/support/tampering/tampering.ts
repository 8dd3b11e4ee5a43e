import type { V1Deployment, V1Pod, V1PodSpec } from '@kubernetes/client-node';
import { pathOf, type Kind } from '../../../src/platforms/kubernetes/api/resource-paths.ts';
import type { EvidenceKind } from '../../../src/platforms/evidence.ts';
import type { TestCluster } from '../cluster/cluster.ts';

/** Something that is done to a deployment behind its back. */
export interface Tampering {
  readonly title: string;
  /** The deployment that it is done to. */
  readonly on: string;
  /** @returns what takes it back. */
  readonly run: (place: TestCluster) => Promise<() => Promise<unknown>>;
  /** The kind of evidence that finds it, and what is said. */
  readonly found: readonly [evidence: EvidenceKind, reason: RegExp];
}

/** Sends a merge patch. */
export async function mergePatch(
  { cluster, namespace }: TestCluster,
  kind: Kind,
  name: string,
  body: object,
): Promise<void> {
  const contentType = 'application/merge-patch+json';
  await cluster.request('PATCH', pathOf(kind, { namespace, name }), { contentType, body });
}

/** Reads an object. */
export async function objectThere<T>({ cluster, namespace }: TestCluster, kind: Kind, name: string): Promise<T> {
  return cluster.request<T>('GET', pathOf(kind, { namespace, name }));
}

/** Changes the spec of the pods that a Deployment makes. One that is paused makes none. */
export async function changeTemplate(
  place: TestCluster,
  name: string,
  change: (spec: V1PodSpec) => void,
): Promise<() => Promise<void>> {
  const { spec } = await objectThere<V1Deployment>(place, 'Deployment', name);
  const before = spec?.template.spec;
  if (before === undefined) throw new Error(`${name} has no pods`);
  const after = structuredClone(before);
  change(after);
  await replaceSpec(place, name, after);
  return async () => replaceSpec(place, name, before);
}

/** The deployment whose template is changed. */
export const pausedName = 'paused';

async function replaceSpec({ cluster, namespace }: TestCluster, name: string, value: V1PodSpec): Promise<void> {
  await cluster.request('PATCH', pathOf('Deployment', { namespace, name }), {
    contentType: 'application/json-patch+json',
    body: [{ op: 'replace', path: '/spec/template/spec', value }],
  });
}

/** The pods of a deployment. */
export async function podsOfName({ cluster, namespace }: TestCluster, name: string): Promise<V1Pod[]> {
  const query = { labelSelector: `app.kubernetes.io/instance=${name}` };
  return (await cluster.request<{ items: V1Pod[] }>('GET', pathOf('Pod', { namespace }), { query })).items;
}
