import type { Cluster } from '../platforms/kubernetes/api/client.ts';
import { askDeployedBy } from '../platforms/kubernetes/manifest/deployed-by.ts';
import { versionsInUse, type VersionsInUse } from '../platforms/kubernetes/cluster-store/versions-in-use.ts';
import type { Digest } from '../shared/digest.ts';
import { DeployError } from '../shared/errors.ts';
import type { StoredArtifact, UrlStore } from '../store/store.ts';

/** What of a store is spared. */
export interface Sparing {
  /** So many of the newest for each target, besides those that are in use. */
  readonly keep: number;
  /** What was stored, or found by a deploy, less long ago. */
  readonly minAgeMs: number;
}

export interface StoreGarbage {
  readonly artifacts: readonly StoredArtifact[];
  /** What was looked at to know that. */
  readonly used: Pick<VersionsInUse, 'seen' | 'unseen'>;
}

export interface StoreGarbageOptions extends Sparing {
  /** The application's, which its objects have: `<sha256>/<name>`. */
  readonly name: string;
  readonly cluster: Cluster;
  readonly store: UrlStore;
  readonly signal: AbortSignal;
}

/**
 * Looks for what a store holds of an application and nothing on this cluster refers to. Other clusters cannot be seen from
 * here: whoever deletes it has to know that they do not need it.
 */
export async function storeGarbageOf(options: StoreGarbageOptions): Promise<StoreGarbage> {
  const { cluster, store, name, signal } = options;
  // Before what refers to it: what is stored later is not seen, and so is left alone.
  const stored = await store.list({ signal });
  const [used, before] = await Promise.all([versionsInUse(cluster, { signal }), oldestSpared(options)]);
  return { artifacts: unneededOf(stored, { ...options, name, used: used.versions, before }), used };
}

/**
 * Deletes it, after one more look at what is in use; the store itself refuses what a deploy has found there meanwhile.
 *
 * @returns what was deleted.
 */
export async function collectStored(
  { artifacts }: Pick<StoreGarbage, 'artifacts'>,
  options: StoreGarbageOptions,
): Promise<readonly StoredArtifact[]> {
  const { store, cluster, signal } = options;
  if (artifacts.length === 0) return [];
  const [used, before] = await Promise.all([versionsInUse(cluster, { signal }), oldestSpared(options)]);
  const still = artifacts.filter(({ version }) => !used.versions.has(version));
  try {
    return await store.removeUnused(still, { before, signal });
  } catch (error) {
    if (!(error instanceof DeployError) || error.code !== 'store-denied') throw error;
    throw new DeployError('store-denied', `${store.address} does not let these credentials delete`, {
      hint: 'Use a key, or credentials that may delete: a SAS with the permission d, or s3:DeleteObject.',
      cause: error,
    });
  }
}

/** Whichever of two clocks is behind: that of this machine may be wrong by a day. */
async function oldestSpared({ cluster, minAgeMs, signal }: StoreGarbageOptions): Promise<Date> {
  const { at } = await askDeployedBy(cluster, { signal });
  return new Date(Math.min(Date.now(), at === undefined ? Infinity : Date.parse(at)) - minAgeMs);
}

interface Known {
  readonly name: string;
  readonly used: ReadonlySet<string>;
  readonly before: Date;
  readonly keep: number;
}

/**
 * What of a store is this application's and nobody's any more. Objects of another name are not looked at, nor those that do not
 * say what they are for: we did not store them. Pure.
 */
export function unneededOf(stored: readonly StoredArtifact[], { name, used, before, keep }: Known): StoredArtifact[] {
  const own = stored.filter((one) => one.name === name && one.target !== undefined);
  const unused = own.filter(({ version }) => !used.has(version)).toSorted(newestFirst);
  const byTarget = Map.groupBy(unused, ({ target }) => target);
  const kept = new Set<Digest>([...byTarget.values()].flatMap((some) => some.slice(0, keep).map((one) => one.version)));
  return unused.filter(({ version, storedAt }) => !kept.has(version) && storedAt < before);
}

function newestFirst(one: StoredArtifact, other: StoredArtifact): number {
  return other.storedAt.getTime() - one.storedAt.getTime();
}
