import type { V1Secret } from '@kubernetes/client-node';
import type { Cluster } from './api/client.ts';
import { pathOf } from './api/resource-paths.ts';
import { DeployError } from '../../shared/errors.ts';
import type { PreflightPlan } from '../platform.ts';

/** Looks for the Secrets that replicas read, which others have to have made. */
export async function secretFindings(
  { secretEnv, imagePullSecret }: Pick<PreflightPlan, 'secretEnv' | 'imagePullSecret'>,
  { cluster, signal }: { cluster: Cluster; signal: AbortSignal },
): Promise<DeployError[]> {
  const wanted = [
    ...(imagePullSecret === undefined ? [] : [{ secret: imagePullSecret, hint: 'correct --image-pull-secret' }]),
    ...Object.values(secretEnv ?? {}).map(({ secret, key }) => ({
      secret,
      key,
      hint: 'correct --env-from-secret or the secrets of the application',
    })),
  ];
  const bySecret = Map.groupBy(wanted, ({ secret }) => secret);
  const found = [...bySecret].map(async ([name, uses]) => {
    const path = pathOf('Secret', { namespace: cluster.namespace, name });
    const secret = await cluster.find<V1Secret>(path, { signal });
    const keys = uses.flatMap((use) => ('key' in use ? use.key : []));
    const missing = keys.filter((key) => secret?.data?.[key] === undefined);
    if (secret !== undefined && missing.length === 0) return [];
    const what = secret === undefined ? `the Secret ${name}` : `${missing.join(', ')} in the Secret ${name}`;
    return new DeployError('cluster-refused', `Cannot find ${what} in namespace ${cluster.namespace}`, {
      hint: `Create it, or ${uses[0]?.hint}.`,
    });
  });
  return (await Promise.all(found)).flat();
}
