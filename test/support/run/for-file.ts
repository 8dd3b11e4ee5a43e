import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';

interface Keeping<Made> {
  /** Called after the last test, or after each, with what was made. */
  readonly close?: (made: Made) => Promise<unknown>;
  readonly timeoutMs?: number;
}

/**
 * What the tests of a file share, made before the first of them. Call it at the top of the file.
 *
 * @returns what was made; to be called inside tests and hooks only.
 */
export function forFile<Made>(make: () => Promise<Made>, keeping: Keeping<Made> = {}): () => Made {
  return kept(make, keeping, { before: beforeAll, after: afterAll });
}

/** As {@link forFile}, made anew for each test. */
export function forEachTest<Made>(make: () => Promise<Made>, keeping: Keeping<Made> = {}): () => Made {
  return kept(make, keeping, { before: beforeEach, after: afterEach });
}

function kept<Made>(
  make: () => Promise<Made>,
  { close, timeoutMs }: Keeping<Made>,
  { before, after }: { readonly before: typeof beforeAll; readonly after: typeof afterAll },
): () => Made {
  let made: { readonly value: Made } | undefined;
  before(async () => {
    made = { value: await make() };
  }, timeoutMs);
  after(async () => {
    if (made !== undefined) await close?.(made.value);
    made = undefined;
  });
  return () => {
    if (made === undefined) throw new Error('Nothing is made yet: call this inside tests and hooks only');
    return made.value;
  };
}
