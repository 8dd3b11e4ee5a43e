import type { V1Deployment, V1ManagedFieldsEntry } from '@kubernetes/client-node';
import { refusalStatus } from '../api/api-error.ts';
import type { Cluster } from '../api/client.ts';
import { managedBy } from '../manifest/labels.ts';

/** Nested objects whose leaves are empty: https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
interface Fields {
  readonly [key: string]: Fields;
}

/** How often a controller may write meanwhile. */
const tries = 20;

/**
 * Makes fields that we wrote by an update ours by apply as well. Else a later deploy that leaves one of them out would not take it
 * away: server-side apply removes only what it knows to have applied.
 */
export async function adoptUpdates(cluster: Cluster, path: string, { signal }: { signal: AbortSignal }): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const { metadata } = await cluster.request<V1Deployment>('GET', path, { signal });
    const managedFields = asApplied(metadata?.managedFields ?? []);
    if (managedFields === undefined) return;
    try {
      await cluster.request('PATCH', path, {
        contentType: 'application/merge-patch+json',
        query: { fieldManager: managedBy },
        body: { metadata: { resourceVersion: metadata?.resourceVersion, managedFields } },
        signal,
      });
      return;
    } catch (error) {
      if (refusalStatus(error) !== 409 || tried >= tries) throw error;
    }
  }
}

/** The entries with those of our updates put into that of our apply; undefined if there is nothing to do. */
export function asApplied(entries: readonly V1ManagedFieldsEntry[]): V1ManagedFieldsEntry[] | undefined {
  const updates = entries.filter((entry) => isOurs(entry, 'Update'));
  const applied = entries.find((entry) => isOurs(entry, 'Apply'));
  const [first, ...more] = applied === undefined ? updates : [applied, ...updates];
  if (first === undefined || updates.length === 0) return undefined;
  const fieldsV1 = more.reduce((fields, entry) => union(fields, fieldsOf(entry)), fieldsOf(first));
  const others = entries.filter((entry) => entry !== applied && !updates.includes(entry));
  return [...others, Object.assign({}, first, { operation: 'Apply', fieldsV1 })];
}

/** True if we applied the number of replicas: leaving it out would then set it back to 1. */
export function ownsReplicas({ metadata }: V1Deployment): boolean {
  const entry = metadata?.managedFields?.find((one) => isOurs(one, 'Apply'));
  return entry !== undefined && fieldsOf(entry)['f:spec']?.['f:replicas'] !== undefined;
}

function isOurs({ manager, operation, subresource }: V1ManagedFieldsEntry, wanted: 'Apply' | 'Update'): boolean {
  return manager === managedBy && operation === wanted && !subresource;
}

function fieldsOf({ fieldsV1 }: V1ManagedFieldsEntry): Fields {
  return (fieldsV1 ?? {}) as Fields;
}

function union(one: Fields, other: Fields): Fields {
  const merged = Object.entries(other).map(([key, fields]) => [key, union(one[key] ?? {}, fields)]);
  return { ...one, ...Object.fromEntries(merged) };
}
