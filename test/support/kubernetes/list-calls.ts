import type { ServerResponse } from 'node:http';
import { json } from './api-server.ts';
import { badCall, notPlayed, PlayedRefusal } from './api-status.ts';
import type { KeptChange, KeptObjects } from './kept-objects.ts';
import { refuseUnknownQuery } from './object-calls.ts';
import type { PlayedPlace } from './played-kinds.ts';
import type { PlayedObject } from './played-object.ts';
import { type Matcher, matcherOf } from './selectors.ts';

/** A list, or a watch of what a list would hold. */
export interface ListCall extends PlayedPlace {
  readonly query: URLSearchParams;
  readonly accept: string;
}

const selecting = ['labelSelector', 'fieldSelector', 'resourceVersion'];
const metadataAlone = 'as=PartialObjectMetadataList;g=meta.k8s.io;v=v1';

export function answerList(objects: KeptObjects, call: ListCall, response: ServerResponse): void {
  const { kind, query, accept } = call;
  refuseUnknownQuery(call, [...selecting, 'limit', 'continue']);
  if (!['', '0', null].includes(query.get('resourceVersion'))) throw notPlayed('a list of an earlier version');
  if (accept.includes('as=') && !accept.includes(metadataAlone)) throw notPlayed(`lists as ${accept}`);
  const isMetadata = accept.includes(metadataAlone);
  const matches = matcherOf(call, query);
  const all = objects
    .list(kind.plural)
    .filter(matches)
    .toSorted((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1));
  const start = startOf(query.get('continue'));
  const limit = Number(query.get('limit') ?? 0) || all.length;
  const items = all.slice(start, start + limit);
  const rest = all.length - start - items.length;
  const more = rest > 0 && {
    continue: tokenOf(start + limit),
    ...(!hasSelector(query) && { remainingItemCount: rest }),
  };
  json(response, 200, {
    ...(isMetadata
      ? { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' }
      : { kind: `${kind.kind}List`, apiVersion: kind.apiVersion }),
    metadata: { resourceVersion: String(objects.version()), ...more },
    items: isMetadata ? metadataOf(items) : items.map(({ kind: _kind, apiVersion: _version, ...item }) => item),
  });
}

/** As the API server writes them: an empty list of metadata is null. */
function metadataOf(items: readonly PlayedObject[]): object[] | null {
  if (items.length === 0) return null;
  return items.map(({ metadata }) => ({ kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }));
}

/** Sends what changes, as lines of JSON, until its time is over or the client goes. */
export function answerWatch(objects: KeptObjects, call: ListCall, response: ServerResponse): void {
  const { kind, query, accept } = call;
  refuseUnknownQuery(call, [...selecting, 'watch', 'allowWatchBookmarks', 'timeoutSeconds']);
  if (accept.includes('as=')) throw notPlayed(`watches as ${accept}`);
  const version = query.get('resourceVersion') ?? '';
  if (!/^\d*$/.test(version)) throw badCall(`resourceVersion: Invalid value: "${version}"`);
  const matches = matcherOf(call, query);
  const send = (type: string, object: object): void => void response.write(`${JSON.stringify({ type, object })}\n`);
  const tell = (change: KeptChange): void => {
    const event = change.collection === kind.plural ? eventOf(change, matches) : undefined;
    if (event !== undefined) send(event.type, event.object);
  };
  response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  const since = Number(version);
  if (since === 0) for (const object of objects.list(kind.plural).filter(matches)) send('ADDED', object);
  else if (since < objects.oldest) {
    send('ERROR', tooOld(since, objects.oldest).status());
    response.end();
    return;
  } else for (const change of objects.changes()) if (change.version > since) tell(change);
  const unwatch = objects.watch(tell);
  const timeout = Number(query.get('timeoutSeconds') ?? 0);
  const timer = timeout > 0 ? setTimeout(end, timeout * 1000) : undefined;
  response.on('close', () => {
    clearTimeout(timer);
    unwatch();
  });

  function end(): void {
    if (query.get('allowWatchBookmarks') === 'true') {
      const metadata = { resourceVersion: String(objects.version()), creationTimestamp: null };
      send('BOOKMARK', { kind: kind.kind, apiVersion: kind.apiVersion, metadata });
    }
    response.end();
  }
}

/** To whoever asks with a selector, what fits no longer is deleted, and what begins to fit is added. */
function eventOf({ before, after }: KeptChange, matches: Matcher): { type: string; object: PlayedObject } | undefined {
  const was = before !== undefined && matches(before);
  if (after !== undefined && matches(after)) return { type: was ? 'MODIFIED' : 'ADDED', object: after };
  if (!was) return undefined;
  const version = after?.metadata.resourceVersion;
  const metadata = { ...before.metadata, ...(version !== undefined && { resourceVersion: version }) };
  return { type: 'DELETED', object: { ...before, metadata } };
}

function tooOld(version: number, oldest: number): PlayedRefusal {
  return new PlayedRefusal(410, 'Expired', { message: `too old resource version: ${version} (${oldest})` });
}

function hasSelector(query: URLSearchParams): boolean {
  return query.has('labelSelector') || query.has('fieldSelector');
}

function tokenOf(start: number): string {
  return Buffer.from(JSON.stringify({ start })).toString('base64url');
}

function startOf(token: string | null): number {
  if (token === null || token === '') return 0;
  return (JSON.parse(Buffer.from(token, 'base64url').toString()) as { start: number }).start;
}
