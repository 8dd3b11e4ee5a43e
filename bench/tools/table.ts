// What the benchmark found, as rows for people and for programs.
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import Table from 'cli-table3';
import { plainTable } from '../../src/cli/terminal/plain-table.ts';

/** One figure with what it is held against. */
export interface Row {
  readonly what: string;
  /** What it is a part or a property of: a row above, by its name. */
  readonly of?: string;
  readonly unit: 'ms' | 'MB' | 'calls' | 'connections' | 'requests';
  readonly samples: readonly number[];
  /** The row that the ratio is to. */
  readonly against?: Row;
  /** At most: of the ratio, or of the figure itself. */
  readonly goal?: { readonly ratio: number } | { readonly figure: number };
}

const megabyte = 1e6;

/** A row of memory. */
export function memoryRow(
  what: string,
  bytes: readonly number[],
  held: Pick<Row, 'of' | 'against' | 'goal'> = {},
): Row {
  return { what, unit: 'MB', samples: bytes.map((each) => each / megabyte), ...held };
}

/** A row with everything that follows from it. */
export function figures({ what, of, unit, samples, against, goal }: Row) {
  const middle = median(samples);
  const ratio = against && middle / median(against.samples);
  const holds = goal && ('ratio' in goal ? (ratio ?? NaN) <= goal.ratio : middle <= goal.figure);
  return {
    what,
    ...(of !== undefined && { of }),
    unit,
    median: middle,
    min: Math.min(...samples),
    max: Math.max(...samples),
    samples,
    ...(against && { against: against.what, ratio }),
    ...(goal && { goal, holds }),
  };
}

/** Of an even number of samples, the mean of the middle two. */
function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? NaN;
  return (at(Math.floor((sorted.length - 1) / 2)) + at(Math.ceil((sorted.length - 1) / 2))) / 2;
}

/** In columns, as kubectl prints them. */
export function tableOf(rows: readonly Row[]): string {
  const table = new Table({ head: ['WHAT', 'MEDIAN', 'MIN–MAX', 'RATIO', 'GOAL', 'HOLDS'], ...plainTable });
  for (const row of rows) {
    const { what, of, unit, median: middle, min, max, against, ratio, goal, holds } = figures(row);
    const number = (value: number): string => value.toFixed(unit === 'MB' ? 1 : 0);
    table.push([
      of === undefined ? what : `  ${what}`,
      `${number(middle)} ${unit}`,
      `${number(min)}–${number(max)}`,
      ratio === undefined ? '' : `${ratio.toFixed(2)} × ${against}`,
      goal === undefined ? '' : `at most ${'ratio' in goal ? `${goal.ratio} ×` : `${goal.figure} ${unit}`}`,
      holds === undefined ? '' : holds ? 'yes' : 'NO',
    ]);
  }
  return table.toString();
}

/** What the figures depend on. */
export function machine() {
  const [cpu] = cpus();
  return {
    cores: cpus().length,
    cpu: cpu?.model ?? 'unknown',
    // Without these instructions SHA-256 takes several times as long in Node.js; sha256sum of Debian 12 never uses them.
    shaInstructions: /^(?:flags|Features)\s*:.*\b(?:sha_ni|sha2)\b/m.test(readFileSync('/proc/cpuinfo', 'utf8')),
    kernel: release(),
    node: process.versions.node,
    load: loadavg()[0] ?? NaN,
  };
}
