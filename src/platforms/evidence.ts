/** What one comparison came to. `not-proven`: nothing could be compared, or what there is could be made by who is suspected. */
export type EvidenceResult = 'same' | 'differs' | 'not-proven';

/** The kinds of evidence, in the order in which bytes go from a store to a process; a claim counts only against who makes it. */
export type EvidenceKind = 'stored' | 'image' | 'runner' | 'spec' | 'annotations' | 'endpoints' | 'claim';

/** One comparison of what runs with what this executable would run, by something that replicas cannot make themselves. */
export interface Comparison {
  readonly evidence: EvidenceKind;
  /** What was compared, e.g. `Pod hello-world-5d4f8c-x2x7p`. */
  readonly object: string;
  readonly result: EvidenceResult;
  /** What differs, or why nothing is proven; absent where it is the same. */
  readonly reason?: string;
}

/** The result of all together: one that differs counts most. */
export function resultOf(comparisons: readonly Comparison[]): EvidenceResult {
  const results = new Set(comparisons.map(({ result }) => result));
  if (results.has('differs')) return 'differs';
  return results.has('not-proven') || comparisons.length === 0 ? 'not-proven' : 'same';
}
