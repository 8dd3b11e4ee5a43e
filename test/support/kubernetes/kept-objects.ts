import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { playedKind } from './played-kinds.ts';
import type { PlayedObject } from './played-object.ts';

/** A change of an object, as watches tell it. */
export interface KeptChange {
  readonly collection: string;
  readonly version: number;
  readonly before: PlayedObject | undefined;
  readonly after: PlayedObject | undefined;
}

/** Objects of one namespace by their collection, e.g. `pods`. */
export interface KeptObjects {
  readonly list: (collection: string) => PlayedObject[];
  readonly find: (collection: string, name: string) => PlayedObject | undefined;
  /** Keeps an object as it is given, as controllers write it; returns it as it is kept. */
  readonly put: (collection: string, object: PlayedObject) => PlayedObject;
  /** An object as it would be kept, without the version that only a write gives it. */
  readonly next: (collection: string, object: PlayedObject) => PlayedObject;
  /** What has a finalizer stays. */
  readonly remove: (collection: string, name: string) => void;
  /** The version of the last change. */
  readonly version: () => number;
  /** Changes that are remembered: what was before `oldest` is not known any more. */
  readonly changes: () => readonly KeptChange[];
  readonly oldest: number;
  /** Calls back for each change from now on; returns what ends it. */
  readonly watch: (onChange: (change: KeptChange) => void) => () => void;
}

/** The namespace of what is kept: that of the kubeconfig of `apiServer`. */
export const playedNamespace = 'mine';

/** No server begins with its first version: what a test makes up is too old for it. */
const firstVersion = 1000;

export function keptObjects(): KeptObjects {
  const objects = new Map<string, Map<string, PlayedObject>>();
  const changes: KeptChange[] = [];
  const watchers = new Set<(change: KeptChange) => void>();
  let version = firstVersion;

  const of = (collection: string): Map<string, PlayedObject> => {
    const found = objects.get(collection) ?? new Map<string, PlayedObject>();
    objects.set(collection, found);
    return found;
  };
  const tell = (collection: string, before: PlayedObject | undefined, after: PlayedObject | undefined): void => {
    const change = { collection, version, before, after: structuredClone(after) };
    changes.push(change);
    for (const watcher of watchers) watcher(change);
  };
  const next = (collection: string, given: PlayedObject): PlayedObject => {
    const { apiVersion, kind, isNamespaced, hasGeneration } = playedKind(collection);
    const before = of(collection).get(given.metadata.name);
    const object: PlayedObject = { apiVersion, kind, ...structuredClone(given) };
    const generation = (before?.metadata.generation ?? 0) + (isDeepStrictEqual(before?.spec, object.spec) ? 0 : 1);
    object.metadata = {
      creationTimestamp: before?.metadata.creationTimestamp ?? new Date().toISOString().replace(/\.\d+/, ''),
      ...object.metadata,
      ...(isNamespaced && { namespace: playedNamespace }),
      uid: before?.metadata.uid ?? randomUUID(),
      ...(hasGeneration && { generation }),
    };
    delete object.metadata.resourceVersion;
    if (before?.metadata.resourceVersion !== undefined)
      object.metadata.resourceVersion = before.metadata.resourceVersion;
    return object;
  };

  return {
    list: (collection) => [...of(collection).values()],
    find: (collection, name) => of(collection).get(name),
    next,
    put(collection, given) {
      const before = of(collection).get(given.metadata.name);
      const object = next(collection, given);
      if (before !== undefined && isDeepStrictEqual(before, object)) return before;
      version += 1;
      object.metadata.resourceVersion = String(version);
      of(collection).set(object.metadata.name, object);
      tell(collection, before, object);
      return object;
    },
    remove(collection, name) {
      const object = of(collection).get(name);
      if (object === undefined || object.metadata.finalizers?.length) return;
      of(collection).delete(name);
      version += 1;
      tell(collection, { ...object, metadata: { ...object.metadata, resourceVersion: String(version) } }, undefined);
    },
    version: () => version,
    changes: () => changes,
    oldest: firstVersion,
    watch(onChange) {
      watchers.add(onChange);
      return () => void watchers.delete(onChange);
    },
  };
}
