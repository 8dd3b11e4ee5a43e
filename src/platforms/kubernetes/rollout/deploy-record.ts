import { apply } from '../apply/apply.ts';
import type { Cluster } from '../api/client.ts';
import {
  askDeployedBy,
  deployedByAnnotations,
  neverReadyAnnotations,
  neverReadyIn,
  recordIn,
} from '../manifest/deployed-by.ts';
import type { ManifestIntent } from '../manifest/intent.ts';
import { releaseAnnotation } from '../manifest/labels.ts';
import { manifestFor } from '../manifest/manifest.ts';
import { neverReady } from './history.ts';
import type { KubernetesDeployed } from './read-deployed.ts';

/**
 * Adds to an intent who deploys and when. Where it would change nothing, what is recorded stays: an identical deploy is none, and
 * leaves no trace.
 *
 * @param deployed what is there now.
 */
export async function withDeployRecord(
  intent: ManifestIntent,
  { cluster, deployed, signal }: { cluster: Cluster; deployed: KubernetesDeployed; signal: AbortSignal },
): Promise<ManifestIntent> {
  const { history } = deployed;
  const annotations = history?.deployment.metadata?.annotations;
  // Of another release it is a change in any case: nothing to try.
  if (history !== undefined && annotations?.[releaseAnnotation] === intent.release) {
    const same = { ...intent, record: recordIn(annotations) };
    const deployment = manifestFor(same).filter(({ kind }) => kind === 'Deployment');
    const [checked] = await apply(cluster, deployment, { dryRun: true, read: deployed, signal });
    if (checked?.change === 'unchanged') return same;
  }
  const origin = deployedByAnnotations(await askDeployedBy(cluster, { signal }));
  const never = neverReadyAnnotations(knownFailures(deployed));
  return { ...intent, record: { ...origin, ...never } };
}

/** Revisions that were never ready; where ReplicaSets may not be seen, those that an earlier deploy has recorded. */
function knownFailures({ history, replicaSets }: KubernetesDeployed): readonly number[] {
  if (history === undefined) return [];
  return replicaSets === undefined ? neverReadyIn(history.deployment.metadata?.annotations) : neverReady(history);
}
