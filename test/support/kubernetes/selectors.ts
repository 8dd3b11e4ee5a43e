import { badCall, notPlayed, type PlayedRefusal } from './api-status.ts';
import type { PlayedObject } from './played-object.ts';
import type { PlayedPlace } from './played-kinds.ts';

export type Matcher = (object: PlayedObject) => boolean;

/** What a list or a watch is about: its place, its labelSelector and its fieldSelector. */
export function matcherOf({ kind, namespace, name }: PlayedPlace, query: URLSearchParams): Matcher {
  const labels = split(query.get('labelSelector')).map(labelMatcher);
  const known = ['metadata.name', 'metadata.namespace', ...kind.fields];
  const refused = (field: string): PlayedRefusal =>
    badCall(
      kind.fields.length > 0
        ? `field label not supported: ${field}`
        : `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`,
    );
  const fields = split(query.get('fieldSelector')).map((term) => fieldMatcher(term, { known, refused }));
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (name === undefined || object.metadata.name === name) &&
    [...labels, ...fields].every((matches) => matches(object));
}

/** At commas, but for those of a set: `a in (b,c),d` */
function split(selector: string | null): string[] {
  return (selector ?? '').split(/,(?![^(]*\))/).filter(Boolean);
}

function labelMatcher(term: string): Matcher {
  const [, key = '', operator = '', words = ''] = /^\s*(!?[\w./-]+)\s*(==|=|!=|in|notin)?\s*(.*?)\s*$/.exec(term) ?? [];
  if (key.startsWith('!') && operator === '') return ({ metadata }) => metadata.labels?.[key.slice(1)] === undefined;
  const values = /^\((.*)\)$/
    .exec(words)?.[1]
    ?.split(',')
    .map((word) => word.trim()) ?? [words];
  const isOne: Matcher = ({ metadata }) => values.includes(metadata.labels?.[key] ?? '\0');
  if (operator === '' && key !== '') return ({ metadata }) => metadata.labels?.[key] !== undefined;
  if (['=', '==', 'in'].includes(operator)) return isOne;
  if (['!=', 'notin'].includes(operator)) return (object) => !isOne(object);
  throw notPlayed(`the label selector "${term}"`);
}

function fieldMatcher(
  term: string,
  { known, refused }: { known: readonly string[]; refused: (field: string) => PlayedRefusal },
): Matcher {
  const [, field = '', operator, value = ''] = /^([\w.]+)(==|=|!=)(.*)$/.exec(term) ?? [];
  if (!known.includes(field)) throw refused(field);
  return (object) => {
    const found = field
      .split('.')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], object);
    return ((found ?? '') === value) === (operator !== '!=');
  };
}
