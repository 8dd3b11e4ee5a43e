import * as fc from 'fast-check';
import pMap from 'p-map';
import { fuzzSeed } from '../fuzz/seed.ts';
import { faultCommands } from './commands.ts';
import type { PointsPlace } from './place.ts';
import { trialsOf, type TriedPoint, tryPoint, undisturbed, withoutTwins } from './sweep.ts';

/** What came of a sweep. */
export interface Swept {
  readonly wholes: readonly { readonly command: { readonly title: string }; readonly points: readonly unknown[] }[];
  /** How many faults at points there are in all. */
  readonly trials: number;
  readonly tried: readonly TriedPoint[];
}

export interface SweepOptions {
  /** Of all faults at all points, chosen by the seed; 1 for all of them. */
  readonly share: number;
  /** How many are tried at once. */
  readonly concurrency: number;
  readonly signal?: AbortSignal;
}

/** Records every command where nothing happens, and then has faults happen at the points found. */
export async function sweep(place: PointsPlace, { share, ...atOnce }: SweepOptions): Promise<Swept> {
  const wholes = withoutTwins(
    await pMap(faultCommands, async (command, nth) => undisturbed(place, command, `whole-${nth}`), atOnce),
  );
  const all = trialsOf(wholes);
  const tried = await pMap(sampleOf(all, share), async (trial, nth) => tryPoint(place, trial, `tried-${nth}`), atOnce);
  return { wholes, trials: all.length, tried };
}

/** Of all trials a share, chosen by the seed. */
export function sampleOf<Trial>(all: readonly Trial[], share: number): readonly Trial[] {
  if (share === 1) return all;
  const count = Math.ceil(all.length * share);
  const some = fc.shuffledSubarray([...all], { minLength: count, maxLength: count });
  return fc.sample(some, { seed: fuzzSeed, numRuns: 1 })[0] ?? [];
}

/** e.g. `  gc, azure: 2 points, 3 tried, 3 survived, 1 of them without another run`, and a line for all of them. */
export function summaryOf({ wholes, trials, tried }: Swept): string {
  const lines = wholes.map(({ command: { title }, points }) => {
    const own = tried.filter(({ command }) => command === title);
    return `  ${title}: ${points.length} points, ${countsOf(own)}`;
  });
  const points = wholes.reduce((sum, whole) => sum + whole.points.length, 0);
  const all = `${points} points, ${trials} faults at them, seed ${fuzzSeed}: ${countsOf(tried)}`;
  return [...lines, all].join('\n');
}

function countsOf(tried: readonly TriedPoint[]): string {
  const survived = tried.filter(({ wrong }) => wrong.length === 0).length;
  const wentOn = tried.filter((each) => each.wentOn).length;
  return `${tried.length} tried, ${survived} survived, ${wentOn} of them without another run`;
}
