import { patch } from '../platforms/kubernetes/apply/apply.ts';
import { refusalStatus } from '../platforms/kubernetes/api/api-error.ts';
import type { Cluster } from '../platforms/kubernetes/api/client.ts';
import type { Revision } from '../platforms/kubernetes/rollout/history.ts';
import { deployedLinks, linkPlacesIn } from '../platforms/kubernetes/pods/deployed-links.ts';
import { linkOf } from '../platforms/deployed.ts';
import { sourceSecretFor } from '../platforms/kubernetes/manifest/manifest.ts';
import { short } from '../shared/digest.ts';
import { DeployError } from '../shared/errors.ts';
import type { Report } from '../shared/report.ts';
import type { Store } from '../store/store.ts';
import { artifactAt, isIn } from './links.ts';
import { dateOf } from '../store/azure/sas.ts';
import { accessOfSignature } from '../store/s3/link.ts';

export interface RenewWorld {
  readonly cluster: Cluster;
  /** The one that is configured; it need not be the one that the revision was deployed from. */
  readonly store: Store | undefined;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/**
 * Makes the links anew with which the pods of an earlier revision read their executables: those of a signature end after days,
 * and nobody renewed them while it did not run. Where that cannot be done, what there is stays, and it is said when it ends.
 */
export async function renewLinks(
  name: string,
  { template, release }: Pick<Revision, 'template' | 'release'>,
  { cluster, store, report, signal }: RenewWorld,
): Promise<void> {
  const places = linkPlacesIn(template);
  if (places.length === 0) return;
  const links = await deployedLinks(cluster, name, { signal });
  // Who may not read the Secret may not write it: what stands there is not known.
  if (links === undefined) return;
  const fresh: Record<string, string> = {};
  let hindrance: string | undefined;
  try {
    for (const place of places) {
      if (store === undefined || !(await isIn(store, place))) hindrance = 'pass its store with --store to renew it';
      else fresh[place.version] = (await store.source(artifactAt(place), { signal })).secret ?? '';
    }
    const changed = Object.entries(fresh).filter(([version, link]) => link !== '' && link !== linkOf(version, links));
    if (changed.length > 0) {
      const queries = { ...links.queries, ...Object.fromEntries(changed) };
      await patch(cluster, sourceSecretFor({ ...links, name, namespace: cluster.namespace, queries }), { signal });
      const text = `Renewed the link of release ${short(release)} to its executable`;
      report({ kind: 'step', text });
    }
  } catch (error) {
    signal.throwIfAborted();
    const isExpected =
      error instanceof DeployError && (error.code.startsWith('store-') || refusalStatus(error) === 403);
    if (!isExpected) throw error;
    hindrance = `it was not renewed (${error.message})`;
  }
  if (hindrance === undefined) return;
  const ends = places.flatMap(({ version }) => endOfLink(linkOf(version, links) ?? '') ?? []);
  const end = ends.toSorted((one, other) => one.getTime() - other.getTime())[0];
  if (end === undefined) return;
  const when = end.getTime() <= Date.now() ? 'ended' : 'ends';
  const text = `The link of release ${short(release)} ${when} ${end.toISOString()}: pods that start later cannot fetch the executable; ${hindrance}`;
  report({ kind: 'warning', text });
}

/** When a link ends, as it says itself; undefined if it does not: an access policy of its store says it then. */
function endOfLink(secret: string): Date | undefined {
  return accessOfSignature(secret).validUntil ?? dateOf(new URLSearchParams(secret).get('se'));
}
