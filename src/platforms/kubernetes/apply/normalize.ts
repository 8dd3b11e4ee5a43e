import type { Live } from './apply.ts';
import { hideEnv } from './hide-env.ts';

/** What the server writes into every object's metadata. */
const serverSet: ReadonlySet<string> = new Set([
  'creationTimestamp',
  'generation',
  'managedFields',
  'resourceVersion',
  'selfLink',
  'uid',
]);

/** Annotations that tell how an object came about, not what it is. */
const history = /^(deployment\.kubernetes\.io\/revision|selfsame\.dev\/(deployed-by|deployed-at|never-ready))$/;

/** Keys that say what an object is come first, as people write them. */
const first = ['apiVersion', 'kind', 'metadata', 'name'];

/**
 * What users mean by an object: without what the server sets by itself, its keys in one order, and hidden what a Secret holds and
 * what looks secret in an environment.
 *
 * @param before what it is compared with: a hidden value that is another than there is told apart.
 */
export function normalize(object: Live, before: Live = object): Record<string, unknown> {
  const { status: _status, metadata, ...rest } = hideEnv(object, before);
  const annotations = Object.entries(metadata.annotations ?? {}).filter(([key]) => !history.test(key));
  const kept = Object.entries(metadata).filter(([key]) => !serverSet.has(key));
  const bare = {
    ...Object.fromEntries(kept),
    ...(metadata.annotations && { annotations: Object.fromEntries(annotations) }),
  };
  return ordered({ ...rest, ...hidden(rest), metadata: bare }) as Record<string, unknown>;
}

function hidden(rest: object): { data?: Record<string, string> } {
  if (!('kind' in rest) || rest.kind !== 'Secret' || !('data' in rest)) return {};
  return { data: Object.fromEntries(Object.keys(rest.data ?? {}).map((key) => [key, '(hidden)'])) };
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (value === null || typeof value !== 'object') return value;
  const rank = (key: string): number => (first.indexOf(key) + first.length + 1) % (first.length + 1);
  const entries = Object.entries(value).sort(([one], [other]) => rank(one) - rank(other) || (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, ordered(inner)]));
}
