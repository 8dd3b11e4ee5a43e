import type { V1PodTemplateSpec, V1ReplicaSet, V1Secret } from '@kubernetes/client-node';
import { type Digest, isDigest } from '../../../shared/digest.ts';
import { refusalStatus } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { labelSelector } from '../manifest/labels.ts';
import { pathOf } from '../api/resource-paths.ts';
import { containerName, sourceSecret } from '../manifest/pod-spec.ts';

/** Where the pods of a revision fetch an executable, by a link that is in a Secret. */
export interface LinkPlace {
  readonly version: Digest;
  /** Without its query. */
  readonly url: string;
}

interface How {
  readonly signal?: AbortSignal;
}

/** What pods of a template fetch by a link; nothing where they mount it, or need nothing secret. */
export function linkPlacesIn(template: V1PodTemplateSpec | undefined): LinkPlace[] {
  const containers = template?.spec?.containers ?? [];
  const { env = [] } = containers.find(({ name }) => name === containerName) ?? {};
  const valueOf = (wanted: string): string | undefined => env.find(({ name }) => name === wanted)?.value;
  if (valueOf('SELFSAME_QUERY_FILE') === undefined) return [];
  return ['X64', 'ARM64'].flatMap((suffix) => {
    const [version, url] = [valueOf(`SELFSAME_SHA256_${suffix}`), valueOf(`SELFSAME_URL_${suffix}`)];
    // Anybody may write a template; Kubernetes reads `$$` as `$`.
    if (version === undefined || !isDigest(version) || url === undefined) return [];
    return [{ version, url: url.replaceAll('$$', '$') }];
  });
}

/**
 * What pods under a name may have to fetch by a link, now or after a way back: that of every ReplicaSet that is kept. None where
 * we may not list them.
 */
export async function deployedLinkPlaces(cluster: Cluster, name: string, how: How = {}): Promise<LinkPlace[]> {
  try {
    const path = pathOf('ReplicaSet', { namespace: cluster.namespace });
    const query = { labelSelector: labelSelector(name) };
    const sets = await cluster.find<{ items: V1ReplicaSet[] }>(path, { query, ...how });
    return (sets?.items ?? []).flatMap(({ spec }) => linkPlacesIn(spec?.template));
  } catch (error) {
    if (refusalStatus(error) === 403) return [];
    throw error;
  }
}

/** The links that pods under a name have: of one version, or of all that have none of their own. */
export interface DeployedLinks {
  readonly query?: string;
  readonly queries: Readonly<Record<string, string>>;
}

/** Reads them; undefined where we may not. */
export async function deployedLinks(cluster: Cluster, name: string, how: How = {}): Promise<DeployedLinks | undefined> {
  const path = pathOf('Secret', { namespace: cluster.namespace, name: sourceSecret(name) });
  try {
    const { data = {} } = (await cluster.find<V1Secret>(path, how)) ?? {};
    const texts = Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()] as const);
    const query = texts.find(([key]) => key === 'query')?.[1];
    const queries = texts.flatMap(([key, text]) => (key.startsWith('query.') ? [[key.slice(6), text] as const] : []));
    return { ...(query !== undefined && { query }), queries: Object.fromEntries(queries) };
  } catch (error) {
    if (refusalStatus(error) === 403) return undefined;
    throw error;
  }
}

/** The link that a pod of that version reads with. */
export function linkOf(version: string, { query, queries }: DeployedLinks): string | undefined {
  return queries[version] ?? query;
}
