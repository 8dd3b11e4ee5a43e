import type { V1PodTemplateSpec, V1Secret } from '@kubernetes/client-node';
import { isDigest } from '../../../shared/digest.ts';
import { permitted } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { pathOf } from '../api/resource-paths.ts';
import { containerName, sourceSecret } from '../manifest/pod-spec.ts';
import type { DeployedLinks, LinkPlace } from '../../deployed.ts';

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

/** Reads them; undefined where we may not. */
export async function deployedLinks(cluster: Cluster, name: string, how: How = {}): Promise<DeployedLinks | undefined> {
  const path = pathOf('Secret', { namespace: cluster.namespace, name: sourceSecret(name) });
  return permitted(async () => {
    const { data = {} } = (await cluster.find<V1Secret>(path, how)) ?? {};
    const texts = Object.entries(data).map(([key, text]) => [key, Buffer.from(text, 'base64').toString()] as const);
    const query = texts.find(([key]) => key === 'query')?.[1];
    const queries = texts.flatMap(([key, text]) => (key.startsWith('query.') ? [[key.slice(6), text] as const] : []));
    return { ...(query !== undefined && { query }), queries: Object.fromEntries(queries) };
  });
}
