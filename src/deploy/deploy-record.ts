import { apply } from '../platforms/kubernetes/apply/apply.ts';
import type { Cluster } from '../platforms/kubernetes/api/client.ts';
import { type History, neverReady } from '../platforms/kubernetes/rollout/history.ts';
import { manifestFor } from '../platforms/kubernetes/manifest/manifest.ts';
import type { Intent } from '../platforms/kubernetes/manifest/intent.ts';
import {
  neverReadyAnnotations,
  deployedByAnnotations,
  askDeployedBy,
  recordIn,
} from '../platforms/kubernetes/manifest/deployed-by.ts';

/**
 * Adds to an intent who deploys and when. Where it would change nothing, what is recorded stays: an identical deploy is none, and
 * leaves no trace.
 *
 * @param history what is deployed now, if something is.
 */
export async function withDeployRecord(
  intent: Intent,
  { cluster, history, signal }: { cluster: Cluster; history: History | undefined; signal: AbortSignal },
): Promise<Intent> {
  if (history !== undefined) {
    const same = { ...intent, record: recordIn(history.deployment.metadata?.annotations) };
    const deployment = manifestFor(same).filter(({ kind }) => kind === 'Deployment');
    const [checked] = await apply(cluster, deployment, { dryRun: true, signal });
    if (checked?.change === 'unchanged') return same;
  }
  const origin = deployedByAnnotations(await askDeployedBy(cluster, { signal }));
  const never = neverReadyAnnotations(history === undefined ? [] : neverReady(history));
  return { ...intent, record: { ...origin, ...never } };
}
