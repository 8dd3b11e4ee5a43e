import { isDeepStrictEqual } from 'node:util';
import { notPlayed, PlayedRefusal } from './api-status.ts';
import type { PlayedObject } from './played-object.ts';

/** An object with a patch of this content type on it. */
export function patched(object: PlayedObject, patch: unknown, contentType: string): PlayedObject {
  if (contentType === 'application/merge-patch+json') return merged(object, patch) as PlayedObject;
  if (contentType !== 'application/json-patch+json') throw notPlayed(`patches of the type "${contentType}"`);
  const after = structuredClone(object);
  for (const operation of patch as readonly JsonOperation[]) operate(after, operation);
  return after;
}

/** https://www.rfc-editor.org/rfc/rfc7386 */
function merged(target: unknown, patch: unknown): unknown {
  if (!isMap(patch)) return patch;
  const result: Record<string, unknown> = isMap(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merged(result[key], value);
  }
  return result;
}

interface JsonOperation {
  readonly op: string;
  readonly path: string;
  readonly value?: unknown;
}

/** https://www.rfc-editor.org/rfc/rfc6902, for objects; operations on items of lists are not played. */
function operate(object: object, { op, path, value }: JsonOperation): void {
  const keys = path
    .split('/')
    .slice(1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop() ?? '';
  const place = keys.reduce<unknown>((at, key) => (isMap(at) ? at[key] : undefined), object);
  if (Array.isArray(place)) throw notPlayed(`JSON patches of an item of a list: ${path}`);
  const isThere = isMap(place) && last in place;
  if (op === 'test' && isThere && isDeepStrictEqual(place[last], value)) return;
  // The API server takes a replacement of what is not there for an addition.
  if ((op === 'add' || op === 'replace') && isMap(place)) place[last] = value;
  else if (op === 'remove' && isThere) delete place[last];
  else if (!['test', 'add', 'replace', 'remove'].includes(op)) throw notPlayed(`the operation "${op}" of JSON patches`);
  else
    throw new PlayedRefusal(422, 'Invalid', {
      message: 'the server rejected our request due to an error in our request',
    });
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
