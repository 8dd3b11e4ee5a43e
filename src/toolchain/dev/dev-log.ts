import { styleText } from 'node:util';
import prettyMilliseconds from 'pretty-ms';

export function sayDev(text: string): void {
  console.error(`${styleText('dim', 'dev:', { stream: process.stderr })} ${text}`);
}

export function time(ms: number): string {
  return prettyMilliseconds(Math.max(1, Math.round(ms)));
}

/** Milliseconds of each stage, by its name. */
export type Stages = Readonly<Record<string, number>>;

export function stagesText(stages: Stages): string {
  return Object.entries(stages)
    .map(([stage, ms]) => `${stage} ${time(ms)}`)
    .join(', ');
}

/** How long the changes took, all in all; the start of the loop is none. */
const totals: number[] = [];

/** One line for a change that is through; the last five of them are summed up. */
export function sayDone(what: string, { since, isChange, stages }: Change & { readonly stages: Stages }): void {
  const total = performance.now() - since;
  if (isChange) totals.push(total);
  const lately = totals.slice(-5).toSorted((a, b) => a - b);
  const middle = lately.slice((lately.length - 1) >> 1, (lately.length >> 1) + 1);
  const median = middle.reduce((sum, ms) => sum + ms, 0) / middle.length;
  const summary = lately.length > 1 ? `; median of the last ${lately.length}: ${time(median)}` : '';
  sayDev(`${what}, ${time(total)} after the ${isChange ? 'change' : 'start'}: ${stagesText(stages)}${summary}`);
}

export interface Change {
  /** When it was seen, as `performance.now()` counts. */
  readonly since: number;
  readonly isChange: boolean;
}
