import type { V1ObjectMeta } from '@kubernetes/client-node';
import { permitted } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { labelSelector } from '../manifest/labels.ts';
import { listMetadata } from '../api/list-metadata.ts';
import { askDeployedBy } from '../manifest/deployed-by.ts';
import { removeObject } from '../apply/remove-object.ts';
import { ownedRevisions } from './owned-revisions.ts';
import { unusedOf } from './in-use.ts';

const kinds = ['ConfigMap', 'Secret'] as const;

/** An object of ours that no revision needs. */
export interface Garbage {
  readonly kind: (typeof kinds)[number];
  readonly name: string;
  readonly createdAt: Date;
}

export interface GarbageOptions {
  readonly signal: AbortSignal;
  /** What is younger stays: a deploy under way stores first, and refers to it later. */
  readonly minAgeMs: number;
}

interface CollectOptions extends GarbageOptions {
  readonly garbage: readonly Garbage[];
  /** Called with each object that was deleted. */
  readonly onCollected?: (one: Garbage) => void;
}

/**
 * Looks for what an application has in its namespace and no revision refers to: not the one that runs, nor any that can be
 * rolled back to. Ages go by the cluster's clock.
 */
export async function garbageOf(cluster: Cluster, name: string, options: GarbageOptions): Promise<Garbage[]> {
  return (await unusedObjects(cluster, name, options)).map(({ kind, metadata }) => ({
    kind,
    name: metadata.name ?? '',
    createdAt: new Date(metadata.creationTimestamp ?? 0),
  }));
}

/**
 * Deletes it, after one more look: what a revision has come to need meanwhile, or was made anew, stays.
 *
 * @returns what was deleted.
 */
export async function collectGarbage(
  cluster: Cluster,
  name: string,
  { garbage, onCollected, ...options }: CollectOptions,
): Promise<Garbage[]> {
  const collected: Garbage[] = [];
  const still = await unusedObjects(cluster, name, options);
  for (const one of garbage) {
    const found = still.find(({ kind, metadata }) => kind === one.kind && metadata.name === one.name);
    if (found === undefined) continue;
    const { kind, metadata } = found;
    if (await removeObject(cluster, kind, { metadata, isExact: true, signal: options.signal })) {
      collected.push(one);
      onCollected?.(one);
    }
  }
  return collected;
}

interface Unused {
  readonly kind: Garbage['kind'];
  readonly metadata: V1ObjectMeta;
}

async function unusedObjects(cluster: Cluster, name: string, { signal, minAgeMs }: GarbageOptions): Promise<Unused[]> {
  // Before the revisions: what is stored later is not seen, and so is left alone.
  const objects = await Promise.all(
    kinds.map(async (kind) => {
      const list = async () => listMetadata(cluster, kind, { labelSelector: labelSelector(name), signal });
      // Only what an earlier selfsame stored lies in Secrets; an account that deploys need not see them.
      const found = kind === 'Secret' ? await permitted(list) : await list();
      return (found ?? []).map((metadata): Unused => ({ kind, metadata }));
    }),
  );
  const [{ at }, revisions] = await Promise.all([
    askDeployedBy(cluster, { signal }),
    ownedRevisions(cluster, name, { signal }),
  ]);
  const all = objects.flat();
  const namesOf = (wanted: Garbage['kind']): string[] =>
    all.filter(({ kind }) => kind === wanted).map(({ metadata }) => metadata.name ?? '');
  const unused = unusedOf({ secrets: namesOf('Secret'), configMaps: namesOf('ConfigMap'), versions: [] }, revisions);
  const isUnused = ({ kind, metadata: { name: own = '' } }: Unused): boolean =>
    (kind === 'Secret' ? unused.secrets : unused.configMaps).includes(own);
  const newest = (at === undefined ? Date.now() : Date.parse(at)) - minAgeMs;
  return all.filter((one) => isUnused(one) && new Date(one.metadata.creationTimestamp ?? Infinity).getTime() <= newest);
}
