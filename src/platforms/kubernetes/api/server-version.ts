import { DeployError } from '../../../shared/errors.ts';
import type { Cluster } from './client.ts';

/** The first to spread replicas by `matchLabelKeys` (KEP 3243); older API servers refuse the manifest for it. */
const oldestMinor = 27;

/**
 * Refuses a cluster that is too old for what we make.
 *
 * @param version as the API server gives it, e.g. `v1.34.4`, `v1.31.2-gke.100`.
 */
export function serverVersionFindings({ server, version }: Pick<Cluster, 'server' | 'version'>): DeployError[] {
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || Number(major) > 1 || Number(minor) >= oldestMinor) return [];
  return [
    new DeployError('cluster-unsupported', `Cannot deploy to Kubernetes ${version} at ${server}: it is too old`, {
      hint: `Use a cluster of Kubernetes 1.${oldestMinor} or newer, with --context.`,
    }),
  ];
}
