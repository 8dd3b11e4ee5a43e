import { isDeepStrictEqual } from 'node:util';
import { PlayedRefusal } from './api-status.ts';
import { fieldTree, leafText, leavesOf, setAt, treeLeaves, unsetAt, valueAt } from './field-paths.ts';
import type { FieldOwner, PlayedObject } from './played-object.ts';

/** Who writes, and how. */
export interface FieldWriter {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource: string;
}

/** Applies a configuration as server-side apply does: sets its fields, and removes those that its manager applied before and leaves out now. */
export function appliedOver(
  live: PlayedObject | undefined,
  wanted: PlayedObject,
  { writer, force }: { writer: FieldWriter; force: boolean },
): PlayedObject {
  const owners = live?.metadata.managedFields ?? [];
  const own = owners.find((owner) => isBy(owner, { ...writer, operation: 'Apply' }));
  const others = owners.filter((owner) => owner !== own);
  const leaves = ownableLeaves(wanted);
  const contested = others.flatMap((owner) =>
    treeLeaves(owner.fieldsV1)
      .filter((leaf) => leaves.includes(leaf) && !isDeepStrictEqual(valueAt(live, leaf), valueAt(wanted, leaf)))
      .map((leaf) => ({ owner, leaf })),
  );
  if (contested.length > 0 && !force) throw applyConflict(contested);
  const result = structuredClone(live ?? { metadata: { name: wanted.metadata.name } });
  const theirs = new Set(others.flatMap(({ fieldsV1 }) => treeLeaves(fieldsV1)));
  const kept = new Set([...leaves, ...theirs]);
  for (const leaf of treeLeaves(own?.fieldsV1 ?? {}))
    if (!leaves.includes(leaf) && !theirs.has(leaf)) unsetAt(result, leaf, kept);
  for (const leaf of leaves) setAt(result, leaf, valueAt(wanted, leaf));
  const lost = new Set(contested.map(({ leaf }) => leaf));
  result.metadata.managedFields = [
    ...others.flatMap((owner) => withoutLeaves(owner, lost)),
    ownerOf({ ...writer, operation: 'Apply' }, { leaves, before: own }),
  ];
  return result;
}

/** What an update makes of the owners: the fields that it changes become its writer's. */
export function ownersAfter(
  live: PlayedObject | undefined,
  next: PlayedObject,
  writer: FieldWriter,
): readonly FieldOwner[] {
  const owners = next.metadata.managedFields ?? live?.metadata.managedFields ?? [];
  const changed = ownableLeaves(next).filter((leaf) => !isDeepStrictEqual(valueAt(live, leaf), valueAt(next, leaf)));
  const gone = owners
    .flatMap(({ fieldsV1 }) => treeLeaves(fieldsV1))
    .filter((leaf) => valueAt(next, leaf) === undefined);
  const own = owners.find((owner) => isBy(owner, { ...writer, operation: 'Update' }));
  const lost = new Set([...changed, ...gone]);
  const others = owners.filter((owner) => owner !== own).flatMap((owner) => withoutLeaves(owner, lost));
  const leaves = [...treeLeaves(own?.fieldsV1 ?? {}).filter((leaf) => !lost.has(leaf)), ...changed];
  return leaves.length === 0
    ? others
    : [...others, ownerOf({ ...writer, operation: 'Update' }, { leaves, before: own })];
}

function ownerOf(
  { manager, operation, apiVersion, subresource }: FieldWriter & Pick<FieldOwner, 'operation'>,
  { leaves, before }: { leaves: readonly string[]; before: FieldOwner | undefined },
): FieldOwner {
  const isSame = before !== undefined && isDeepStrictEqual(new Set(treeLeaves(before.fieldsV1)), new Set(leaves));
  if (isSame) return before;
  return {
    manager,
    operation,
    apiVersion,
    time: new Date().toISOString().replace(/\.\d+/, ''),
    fieldsType: 'FieldsV1',
    fieldsV1: fieldTree(leaves),
    ...(subresource !== '' && { subresource }),
  };
}

function withoutLeaves(owner: FieldOwner, lost: ReadonlySet<string>): FieldOwner[] {
  const leaves = treeLeaves(owner.fieldsV1);
  const kept = leaves.filter((leaf) => !lost.has(leaf));
  if (kept.length === leaves.length) return [owner];
  return kept.length === 0 ? [] : [{ ...owner, fieldsV1: fieldTree(kept) }];
}

function isBy(
  owner: FieldOwner,
  { manager, operation, subresource }: FieldWriter & Pick<FieldOwner, 'operation'>,
): boolean {
  return owner.manager === manager && owner.operation === operation && (owner.subresource ?? '') === subresource;
}

/** Nobody owns what names an object, nor what the server sets by itself. */
function ownableLeaves({ apiVersion: _version, kind: _kind, metadata, ...rest }: PlayedObject): string[] {
  const { labels, annotations, ownerReferences, finalizers } = metadata;
  return leavesOf({ metadata: { labels, annotations, ownerReferences, finalizers }, ...rest });
}

function applyConflict(contested: readonly { owner: FieldOwner; leaf: string }[]): PlayedRefusal {
  const each = contested.map(({ owner, leaf }) => {
    const using = owner.operation === 'Apply' ? '' : ` using ${owner.apiVersion}`;
    return { message: `conflict with "${owner.manager}"${using}`, field: leafText(leaf) };
  });
  const [first] = each;
  const message =
    each.length === 1
      ? `Apply failed with 1 conflict: ${first?.message}: ${first?.field}`
      : `Apply failed with ${each.length} conflicts: ${each.map((one) => `${one.message}: ${one.field}`).join('; ')}`;
  const causes = each.map(({ message: said, field }) => ({ reason: 'FieldManagerConflict', message: said, field }));
  return new PlayedRefusal(409, 'Conflict', { message, details: { causes } });
}
