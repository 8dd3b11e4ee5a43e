import { isDeepStrictEqual } from 'node:util';
import {
  badCall,
  deletedStatus,
  invalidObject,
  nameTaken,
  noSuchObject,
  notPlayed,
  PlayedRefusal,
  writeConflict,
} from './api-status.ts';
import { appliedOver, type FieldWriter, ownersAfter } from './field-owners.ts';
import { type KeptObjects, playedNamespace } from './kept-objects.ts';
import { patched } from './patches.ts';
import type { PlayedPlace } from './played-kinds.ts';
import type { PlayedObject } from './played-object.ts';
import { scaleOf } from './played-scale.ts';

/** A call to a collection or to an object in one, but for lists and watches. */
export interface ObjectCall extends PlayedPlace {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly userAgent: string;
  readonly text: string;
}

/** What is answered; `isWritten` where something was kept. */
export interface ObjectAnswer {
  readonly code: number;
  readonly body: unknown;
  readonly isWritten: boolean;
}

const modified = 'the object has been modified; please apply your changes to the latest version and try again';

/** Answers a call as the Kubernetes API does, without what admission, validation and defaults add to it. */
export function answerObjectCall(objects: KeptObjects, call: ObjectCall): ObjectAnswer {
  const { kind, name, method, text, contentType } = call;
  const isApply = method === 'PATCH' && contentType.startsWith('application/apply-patch');
  refuseUnknownQuery(call, isApply ? [...writing, 'force'] : method === 'GET' ? [] : writing);
  if (name === undefined) {
    if (method === 'POST') return created(objects, call);
    throw notPlayed(`${method} of a collection`);
  }
  const found = objects.find(kind.plural, name);
  if (isApply) return applied(objects, call, found);
  if (found === undefined) throw noSuchObject(kind, name);
  if (method === 'GET') return { code: 200, body: shown(call, found), isWritten: false };
  if (method === 'DELETE') return deleted(objects, call, found);
  if (method !== 'PATCH') throw notPlayed(`${method} of an object`);
  const given = call.subresource === 'scale' ? (scaleOf(call, found) as PlayedObject) : found;
  return updated(objects, call, { found, after: patched(given, JSON.parse(text), contentType) });
}

const writing = ['dryRun', 'fieldManager'];

/** A parameter changes an answer: one that is not known must not be passed over. */
export function refuseUnknownQuery(
  { query, subresource }: Pick<ObjectCall, 'query' | 'subresource'>,
  known: readonly string[],
): void {
  const unknown = [...query.keys()].filter((key) => !known.includes(key));
  if (unknown.length > 0) throw notPlayed(`the query parameter ${unknown.join(', ')}`);
  if (!['', 'scale', 'status'].includes(subresource)) throw notPlayed(`the subresource ${subresource}`);
  if (!['All', null].includes(query.get('dryRun'))) throw notPlayed(`dryRun=${query.get('dryRun')}`);
}

function created(objects: KeptObjects, call: ObjectCall): ObjectAnswer {
  const { kind, text } = call;
  refuseForeignNamespace(call);
  const { status: _status, ...given } = JSON.parse(text) as PlayedObject & { metadata: { generateName?: string } };
  const { generateName, resourceVersion } = given.metadata;
  const name = given.metadata.name ?? (generateName && `${generateName}${randomSuffix()}`);
  if (name === undefined)
    throw invalidObject(kind, '', 'metadata.name: Required value: name or generateName is required');
  if (resourceVersion)
    throw new PlayedRefusal(500, 'InternalError', {
      message: 'resourceVersion should not be set on objects to be created',
    });
  if (objects.find(kind.plural, name) !== undefined) throw nameTaken(kind, name);
  const object = defaulted(call, { ...given, metadata: { ...given.metadata, name } });
  object.metadata.managedFields = ownersAfter(undefined, object, writerOf(call));
  return kept(objects, call, object);
}

function applied(objects: KeptObjects, call: ObjectCall, found: PlayedObject | undefined): ObjectAnswer {
  const { kind, name = '', query, text } = call;
  refuseForeignNamespace(call);
  if (call.subresource !== '') throw notPlayed(`apply to the subresource ${call.subresource}`);
  if (!query.has('fieldManager')) {
    const message = 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch';
    throw new PlayedRefusal(422, 'Invalid', { message });
  }
  const { status: _status, ...wanted } = JSON.parse(text) as PlayedObject;
  if (wanted.kind !== kind.kind || wanted['apiVersion'] !== kind.apiVersion)
    throw badCall(
      `the object provided is ${String(wanted['apiVersion'])} ${wanted.kind}, not ${kind.apiVersion} ${kind.kind}`,
    );
  if (wanted.metadata.name !== name)
    throw badCall(`the name of the object (${wanted.metadata.name}) does not match the name on the URL (${name})`);
  if (wanted.metadata.managedFields !== undefined) throw badCall('metadata.managedFields must be nil');
  refuseStale(call, { found, version: wanted.metadata.resourceVersion });
  const after = appliedOver(found, wanted, { writer: writerOf(call), force: query.get('force') === 'true' });
  return kept(objects, call, defaulted(call, after));
}

function updated(
  objects: KeptObjects,
  call: ObjectCall,
  { found, after }: { found: PlayedObject; after: PlayedObject },
): ObjectAnswer {
  const { kind, name = '', subresource } = call;
  refuseStale(call, { found, version: after.metadata.resourceVersion });
  if (after.metadata.name !== name)
    throw badCall(`the name of the object (${after.metadata.name}) does not match the name on the URL (${name})`);
  const next: PlayedObject =
    subresource === 'scale'
      ? { ...found, spec: { ...found.spec, replicas: after.spec?.['replicas'] } }
      : subresource === 'status'
        ? { ...found, ...(after.status && { status: after.status }) }
        : { ...after, ...(found.status && { status: found.status }) };
  if (
    found['immutable'] === true &&
    !isDeepStrictEqual([found['data'], found['immutable']], [next['data'], next['immutable']])
  )
    throw invalidObject(kind, name, 'data: Forbidden: field is immutable when `immutable` is set');
  const managedFields = ownersAfter(found, next, writerOf(call));
  return kept(objects, call, { ...next, metadata: { ...next.metadata, managedFields } });
}

function deleted(objects: KeptObjects, call: ObjectCall, found: PlayedObject): ObjectAnswer {
  const { kind, name = '', text, query } = call;
  const { preconditions = {}, propagationPolicy = 'Background' } = (
    text === '' ? {} : JSON.parse(text)
  ) as DeleteOptions;
  if (propagationPolicy !== 'Background') throw notPlayed(`propagationPolicy ${propagationPolicy}`);
  refuseOther('UID', [preconditions.uid, found.metadata.uid], 'deleted and then recreated');
  refuseOther('ResourceVersion', [preconditions.resourceVersion, found.metadata.resourceVersion], 'modified');
  const isWritten = !query.has('dryRun');
  if (isWritten) removeWithDependents(objects, kind.plural, found);
  const isShown = ['pods', 'services'].includes(kind.plural);
  return { code: 200, body: isShown ? found : deletedStatus(kind, found.metadata), isWritten };

  function refuseOther(field: string, [wanted, actual]: (string | undefined)[], become: string): void {
    if (wanted === undefined || wanted === actual) return;
    const mismatch = `the ${field} in the precondition (${wanted}) does not match the ${field} in record (${actual})`;
    const message = `Operation cannot be fulfilled on ${kind.kind} "${name}": ${mismatch}. The object might have been ${become}`;
    throw new PlayedRefusal(409, 'Conflict', { message });
  }
}

interface DeleteOptions {
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly propagationPolicy?: string;
}

/** What the garbage collector does, at once. */
function removeWithDependents(
  objects: KeptObjects,
  collection: string,
  { metadata: { name, uid } }: PlayedObject,
): void {
  objects.remove(collection, name);
  for (const dependents of ['replicasets', 'pods', 'secrets', 'configmaps'])
    for (const object of objects.list(dependents)) {
      const owners = (object.metadata.ownerReferences ?? []) as { uid?: string }[];
      if (owners.some((owner) => owner.uid === uid)) removeWithDependents(objects, dependents, object);
    }
}

function kept(objects: KeptObjects, call: ObjectCall, object: PlayedObject): ObjectAnswer {
  const { kind, query } = call;
  const code = objects.find(kind.plural, object.metadata.name) === undefined ? 201 : 200;
  const isWritten = !query.has('dryRun');
  const after = isWritten ? objects.put(kind.plural, object) : objects.next(kind.plural, object);
  return { code, body: shown(call, after), isWritten };
}

/** The few defaults that anything here goes by. */
function defaulted({ kind }: PlayedPlace, object: PlayedObject): PlayedObject {
  if (kind.plural === 'secrets') return { type: 'Opaque', ...object };
  if (kind.plural !== 'deployments') return object;
  return { ...object, spec: { replicas: 1, ...object.spec } };
}

/** The object, or the subresource of it that was asked for. */
function shown(call: ObjectCall, object: PlayedObject): object {
  return call.subresource === 'scale' ? scaleOf(call, object) : object;
}

function refuseStale(
  { kind, name = '' }: ObjectCall,
  { found, version }: { found: PlayedObject | undefined; version: string | undefined },
): void {
  if (version !== undefined && version !== '' && version !== found?.metadata.resourceVersion)
    throw writeConflict(kind, name, modified);
}

function refuseForeignNamespace({ namespace, kind }: ObjectCall): void {
  if (!kind.isNamespaced || namespace === playedNamespace) return;
  const details = { name: namespace, kind: 'namespaces' };
  throw new PlayedRefusal(404, 'NotFound', { message: `namespaces "${namespace}" not found`, details });
}

function writerOf({ query, userAgent, kind, subresource }: ObjectCall): FieldWriter {
  const manager = query.get('fieldManager') ?? (userAgent.split('/')[0] || 'unknown');
  return { manager, apiVersion: kind.apiVersion, subresource };
}

function randomSuffix(): string {
  return Math.random().toString(36).slice(2, 7).padEnd(5, 'x');
}
