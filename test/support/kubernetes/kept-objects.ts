import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import { json, refuseCall } from './api-server.ts';

/** An object as a test handles it. */
export interface PlayedObjects {
  kind?: string;
  metadata: {
    name: string;
    uid?: string;
    generation?: number;
    resourceVersion?: string;
    creationTimestamp?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
    ownerReferences?: object[];
  };
  spec?: Record<string, unknown>;
  status?: Record<string, unknown>;
  [field: string]: unknown;
}

/** Objects by the path of their collection, which can be read, written and watched as an API server's. */
export interface KeptObjects {
  readonly list: (collection: string) => PlayedObjects[];
  readonly put: (collection: string, object: PlayedObjects) => PlayedObjects;
  readonly remove: (collection: string, name: string) => void;
  /** Answers a call to a collection or to an object in one. */
  readonly answer: (request: IncomingMessage, response: ServerResponse, body: string) => void;
}

interface Change {
  readonly collection: string;
  readonly version: number;
  readonly line: { readonly type: string; readonly object: PlayedObjects };
}

/** @param onWritten called after a call has written something. */
export function keptObjects(onWritten: () => void): KeptObjects {
  const objects = new Map<string, Map<string, PlayedObjects>>();
  const changes: Change[] = [];
  const watchers = new Set<(change: Change) => void>();
  let version = 0;

  const of = (collection: string): Map<string, PlayedObjects> => {
    const found = objects.get(collection) ?? new Map<string, PlayedObjects>();
    objects.set(collection, found);
    return found;
  };
  const tell = (type: string, collection: string, object: PlayedObjects): void => {
    const change = { collection, version, line: { type, object: structuredClone(object) } };
    changes.push(change);
    for (const watcher of watchers) watcher(change);
  };
  const put = (collection: string, given: PlayedObjects): PlayedObjects => {
    const before = of(collection).get(given.metadata.name);
    const object = structuredClone(given);
    object.metadata = {
      creationTimestamp: before?.metadata.creationTimestamp ?? new Date().toISOString().replace(/\.\d+/, ''),
      ...object.metadata,
      uid: before?.metadata.uid ?? randomUUID(),
      generation: (before?.metadata.generation ?? 0) + (isDeepStrictEqual(before?.spec, object.spec) ? 0 : 1),
    };
    if (before !== undefined) {
      object.metadata.resourceVersion = before.metadata.resourceVersion ?? '';
      if (isDeepStrictEqual(before, object)) return before;
    }
    version += 1;
    object.metadata.resourceVersion = String(version);
    of(collection).set(object.metadata.name, object);
    tell(before === undefined ? 'ADDED' : 'MODIFIED', collection, object);
    return object;
  };
  const remove = (collection: string, name: string): void => {
    const object = of(collection).get(name);
    if (object === undefined) return;
    of(collection).delete(name);
    version += 1;
    object.metadata.resourceVersion = String(version);
    tell('DELETED', collection, object);
  };

  return {
    list: (collection) => [...of(collection).values()],
    put,
    remove,
    answer(request, response, text) {
      const { pathname, searchParams: query } = new URL(request.url ?? '', 'http://server.test');
      const { collection, name, rest } = placeOf(pathname);
      const fits = fitting(query);
      const found = name === undefined ? undefined : of(collection).get(name);
      if (query.get('watch') === 'true') {
        const since = Number(query.get('resourceVersion'));
        const send = (change: Change): void => {
          if (change.collection === collection && change.version > since && fits(change.line.object))
            response.write(`${JSON.stringify(change.line)}\n`);
        };
        response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
        for (const change of changes) send(change);
        watchers.add(send);
        response.on('close', () => watchers.delete(send));
        return;
      }
      if (request.method === 'GET' && name === undefined) {
        const items = [...of(collection).values()].filter(fits);
        return json(response, 200, { metadata: { resourceVersion: String(version) }, items });
      }
      if (request.method === 'POST') {
        const body = JSON.parse(text) as PlayedObjects;
        if (query.has('dryRun')) return json(response, 201, body);
        if (of(collection).has(body.metadata.name))
          return refuseCall(response, 409, { reason: 'AlreadyExists', message: '' });
        json(response, 201, put(collection, body));
        return onWritten();
      }
      if (request.method === 'PATCH' && request.headers['content-type']?.startsWith('application/apply') === true) {
        const { managedFields: _fields, ...metadata } = (JSON.parse(text) as PlayedObjects)
          .metadata as PlayedObjects['metadata'] & {
          managedFields?: unknown;
        };
        const object: PlayedObjects = {
          ...(JSON.parse(text) as PlayedObjects),
          metadata,
          ...(found?.status && { status: found.status }),
        };
        object.metadata.annotations = { ...kubernetesOwn(found), ...object.metadata.annotations };
        if (query.has('dryRun')) {
          const { uid, generation, creationTimestamp, resourceVersion = '' } = found?.metadata ?? {};
          const kept = found && { uid, generation, creationTimestamp };
          return json(response, 200, { ...object, metadata: { ...object.metadata, ...kept, resourceVersion } });
        }
        json(response, 200, put(collection, object));
        return onWritten();
      }
      if (found === undefined) return refuseCall(response, 404, { reason: 'NotFound', message: 'not found' });
      if (request.method === 'PATCH') {
        put(collection, patched(found, JSON.parse(text), rest));
        json(response, 200, found);
        return onWritten();
      }
      if (request.method === 'DELETE') {
        remove(collection, found.metadata.name);
        json(response, 200, {});
        return onWritten();
      }
      json(response, 200, found);
    },
  };
}

/** `/api/v1/namespaces/mine/pods/a/log` is the log of `a` among the pods. */
function placeOf(path: string): { collection: string; name: string | undefined; rest: string } {
  const [, group = '', , plural = '', name, rest = ''] =
    /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)(\/namespaces\/[^/]+)?\/([a-z]+)(?:\/([^/]+))?(?:\/(.*))?$/.exec(path) ?? [];
  return { collection: `${group}/${plural}`.replace('/api/v1/', '').replace(/^.*\//, ''), name, rest };
}

function fitting(query: URLSearchParams): (object: PlayedObjects) => boolean {
  const labels = (query.get('labelSelector') ?? '').split(',').filter(Boolean);
  const [, name] = /^metadata\.name=(.*)$/.exec(query.get('fieldSelector') ?? '') ?? [];
  return ({ metadata }) =>
    (name === undefined || metadata.name === name) &&
    labels.every((label) => metadata.labels?.[label.split('=')[0] ?? ''] === label.split('=')[1]);
}

/** What its controllers write stays when others apply. */
function kubernetesOwn(object: PlayedObjects | undefined): Record<string, string> {
  const all = Object.entries(object?.metadata.annotations ?? {});
  return Object.fromEntries(all.filter(([key]) => key.includes('kubernetes.io/')));
}

function patched(object: PlayedObjects, patch: unknown, subresource: string): PlayedObjects {
  const after = structuredClone(object);
  if (Array.isArray(patch)) {
    for (const { path, value } of patch as { path: string; value: unknown }[]) {
      const keys = path.split('/').slice(1);
      const last = keys.pop() ?? '';
      const place = keys.reduce<Record<string, unknown>>((at, key) => at[key] as Record<string, unknown>, after);
      place[last] = value;
    }
    return after;
  }
  const { spec, metadata } = patch as Partial<PlayedObjects>;
  if (subresource === 'scale') after.spec = { ...after.spec, ...spec };
  if (subresource === '') {
    const { labels, annotations } = after.metadata;
    after.metadata = { ...after.metadata, ...metadata };
    after.metadata.labels = { ...labels, ...metadata?.labels };
    after.metadata.annotations = { ...annotations, ...metadata?.annotations };
  }
  return after;
}
