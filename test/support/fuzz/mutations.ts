import * as fc from 'fast-check';

/** What stands in the place of a value. */
const values: readonly unknown[] = [
  undefined,
  null,
  '',
  'x',
  '\u001B]0;title\u0007\u202E\nAll 5 pods run these bytes.',
  'x'.repeat(100_000),
  '2026-99-99T99:99:99Z',
  '-1',
  'NaN',
  0,
  -1,
  1.5,
  2 ** 53,
  1e308,
  true,
  false,
  [],
  [null],
  [[]],
  ['x'],
  [{}],
  {},
  { x: null },
  { length: -1 },
  { toString: 1 },
  { x: { x: {} } },
];

/** Which value of a document becomes what; `at` counts modulo how many it has. */
export interface Mutation {
  readonly at: number;
  readonly value: unknown;
}

export const mutations: fc.Arbitrary<readonly Mutation[]> = fc.array(
  fc.record({ at: fc.nat({ max: 1 << 20 }), value: fc.constantFrom(...values) }),
  { minLength: 1, maxLength: 4 },
);

/** A document with other values in some places. */
export function mutated(document: unknown, changes: readonly Mutation[]): unknown {
  const copy = { whole: structuredClone(document) };
  for (const { at, value } of changes) {
    const places = placesIn(copy.whole, [['whole', copy]]);
    const [key, holder] = places[at % places.length] ?? ['whole', copy];
    if (value === undefined && holder !== copy) Reflect.deleteProperty(holder, key);
    else Reflect.set(holder, key, structuredClone(value ?? null));
  }
  return copy.whole;
}

type Place = readonly [key: string, holder: object];

function placesIn(value: unknown, found: Place[]): Place[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const [key, inner] of Object.entries(value)) {
    found.push([key, value]);
    placesIn(inner, found);
  }
  return found;
}
