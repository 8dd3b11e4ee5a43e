import type { V1Deployment } from '@kubernetes/client-node';
import { refusalStatus } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { pathOf } from '../api/resource-paths.ts';
import { managedBy } from '../manifest/labels.ts';
import { applyOne, type LiveDeployment } from './apply.ts';
import { adoptUpdates } from './managed-fields.ts';
import { removeAt, type SpecDifference, specDifferences } from './spec-difference.ts';

interface Removing {
  /** As it was read last. */
  readonly live: LiveDeployment | undefined;
  readonly signal: AbortSignal;
}

/** How often a controller may write meanwhile. */
const tries = 20;

/**
 * Takes out of a Deployment's pods what others have put in that decides what they run: containers, variables, volumes. Server-side apply
 * would leave it there, since it is not ours. All else of theirs stays: labels, annotations, where pods run. The revision that is there
 * now keeps it.
 *
 * @param wanted the Deployment of the manifest.
 * @returns what was taken out.
 * @throws {DeployError} `cluster-refused` if it is not accepted.
 */
export async function removeAdditions(
  cluster: Cluster,
  wanted: V1Deployment,
  { live: read, signal }: Removing,
): Promise<SpecDifference[]> {
  const path = pathOf('Deployment', { namespace: cluster.namespace, name: wanted.metadata?.name ?? '' });
  let live = read;
  for (let tried = 1; ; tried += 1) {
    if (live === undefined || additionsIn(wanted, live).length === 0) return [];
    // What we applied before and do not apply any more, it takes away.
    const kept = (await applyOne(cluster, wanted, { before: live, dryRun: true, signal })) as LiveDeployment;
    const added = additionsIn(wanted, kept);
    const template = kept.spec?.template;
    if (added.length === 0 || template === undefined) return [];
    for (const { keys } of added) removeAt(template.spec, keys);
    try {
      await cluster.request('PATCH', path, {
        contentType: 'application/json-patch+json',
        query: { fieldManager: managedBy },
        body: [
          // Refused as a conflict if anything was written since.
          { op: 'replace', path: '/metadata/resourceVersion', value: live.metadata.resourceVersion },
          { op: 'replace', path: '/spec/template', value: template },
        ],
        signal,
      });
      await adoptUpdates(cluster, path, { signal });
      return added;
    } catch (error) {
      if (refusalStatus(error) !== 409 || tried >= tries) throw error;
      live = await cluster.find<LiveDeployment>(path, { signal });
    }
  }
}

function additionsIn(wanted: V1Deployment, live: V1Deployment): SpecDifference[] {
  const { spec } = wanted.spec?.template ?? {};
  if (spec === undefined) return [];
  return specDifferences(spec, live.spec?.template.spec).filter(({ kind }) => kind === 'added');
}
