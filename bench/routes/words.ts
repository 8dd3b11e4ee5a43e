// Reads figures out of what our own programs print for people.

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration as we print it: `45ms`, `1.2s`, `1m 2s`. */
export function millisecondsIn(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)\b/g)];
  return parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (unitMs[unit] ?? NaN), 0);
}

/** What `dev: Built dist/hello-world in 350ms: bundle 45ms, write 205ms, ...` says. */
export function builtLine(line: string): { readonly totalMs: number; readonly bundleMs: number } {
  const [, total, bundle] = / in ([\dhms. ]+): bundle ([\dhms. ]+)/.exec(line) ?? [];
  if (total === undefined || bundle === undefined) throw new Error(`"${line}" does not say what it took`);
  return { totalMs: millisecondsIn(total), bundleMs: millisecondsIn(bundle) };
}
