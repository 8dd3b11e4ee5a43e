// What the comparison found, in figures and in words.
import Table from 'cli-table3';
import { plainTable } from '../../src/cli/terminal/plain-table.ts';
import { figures, memoryRow, tableOf, type Row } from '../tools/table.ts';
import type { Missing } from '../tools/find-tools.ts';

/** The stages of a loop, one after the other. */
const stages = ['bundle', 'package', 'upload', 'apply', 'ready'] as const;

type Stage = (typeof stages)[number];

/** One edit by one route: milliseconds, and bytes. */
export interface LoopLap extends Readonly<Record<Stage | 'total' | 'artifact', number>> {
  readonly sentBytes: number;
  readonly pulledBytes: number;
  readonly peakBytes: number;
}

export interface MeasuredRoute {
  readonly name: string;
  readonly what: string;
  readonly laps: readonly LoopLap[];
}

/** Rows that name their route, so that they can be found again: `image: total`. */
export function loopRows(routes: readonly MeasuredRoute[]): Row[] {
  return routes.flatMap(({ name, laps }) => {
    const of = `${name}: total`;
    const times = (field: keyof LoopLap): Row => ({
      what: `${name}: ${field}`,
      unit: 'ms',
      samples: laps.map((lap) => lap[field]),
      ...(field !== 'total' && { of }),
    });
    const bytes = (what: string, field: keyof LoopLap): Row =>
      memoryRow(
        `${name}: ${what}`,
        laps.map((lap) => lap[field]),
        { of },
      );
    return [
      times('total'),
      ...stages.map(times),
      times('artifact'),
      bytes('sent', 'sentBytes'),
      bytes('pulled', 'pulledBytes'),
      bytes('memory', 'peakBytes'),
    ];
  });
}

/** What we want to be, against whom. */
const goals: readonly (readonly [what: string, against: string, ratio: number])[] = [
  ['inside: total', 'image: total', 0.75],
  ['inside: artifact', 'image: artifact', 0.33],
  ['inside: total', 'whole: total', 0.33],
  ['inside: total', 'ko: total', 1],
  ['plain: total', 'image: total', 0.75],
];

/** The goals whose routes were measured. */
export function loopGoals(rows: readonly Row[]): Row[] {
  const find = (what: string): Row | undefined => rows.find((row) => row.what === what);
  return goals.flatMap(([what, other, ratio]) => {
    const [ours, against] = [find(what), find(other)];
    return ours === undefined || against === undefined ? [] : [{ ...ours, against, goal: { ratio } }];
  });
}

/** What a stage cannot be faster than on this machine. */
const floors: Partial<Record<Stage, readonly [row: string, why: string]>> = {
  ready: ['floor: ready', 'what the same five pods take with a trivial program and nothing to fetch'],
  upload: ['copy: upload', 'what this blob server takes to copy the prefix inside itself'],
};

/** For a goal that is missed: by how much, which stage holds it, and what that stage cannot be faster than. */
export function missedText(goal: Row, rows: readonly Row[]): string | undefined {
  const { holds, median, against = '', ratio = NaN } = figures(goal);
  if (holds !== false || goal.goal === undefined || !('ratio' in goal.goal)) return undefined;
  const allowed = (median / ratio) * goal.goal.ratio;
  const route = goal.what.split(':')[0] ?? '';
  const of = (what: string): number => {
    const row = rows.find((each) => each.what === what);
    return row === undefined ? NaN : figures(row).median;
  };
  const counted = goal.what.endsWith('artifact') ? (['package', 'upload'] as const) : stages;
  const [longest = 'ready'] = counted.toSorted((one, two) => of(`${route}: ${two}`) - of(`${route}: ${one}`));
  const took = of(`${route}: ${longest}`);
  const [floor, why] = floors[longest] ?? [];
  const limitMs = of(floor ?? '');
  const limit = Number.isNaN(limitMs) ? '' : `; its limit is ${seconds(limitMs)}, ${why}`;
  return `${goal.what} is ${seconds(median)}, ${goal.goal.ratio} × ${against} would be ${seconds(allowed)}. Longest stage: ${longest}, ${seconds(took)}${limit}.`;
}

/** For people: a row a route, then the goals, then what is to be known about both. */
export function loopText(
  routes: readonly MeasuredRoute[],
  {
    rows,
    missing,
    node,
  }: { readonly rows: readonly Row[]; readonly missing: readonly Missing[]; readonly node: string },
): string {
  const head = ['ROUTE', 'TOTAL', 'MIN–MAX', ...stages.map((stage) => stage.toUpperCase())];
  const table = new Table({ head: [...head, 'ARTIFACT', 'SENT', 'PULLED', 'MEMORY'], ...plainTable });
  for (const { name } of routes) {
    const found = (what: string) => {
      const row = rows.find((each) => each.what === `${name}: ${what}`);
      return figures(row ?? { what, unit: 'ms', samples: [] });
    };
    const { median, min, max } = found('total');
    const all = [...stages, 'artifact'].map((stage) => seconds(found(stage).median));
    const bytes = ['sent', 'pulled', 'memory'].map((what) => megabytes(found(what).median));
    table.push([name, seconds(median), `${seconds(min)}–${seconds(max)}`, ...all, ...bytes]);
  }
  const goalRows = loopGoals(rows);
  return [
    table.toString(),
    '',
    ...routes.map(({ name, what }) => `${name}: ${what}`),
    '',
    tableOf(goalRows),
    '',
    ...goalRows.map((row) => missedText(row, rows)).filter((text) => text !== undefined),
    ...missing.map(({ tool, hint }) => `Not measured, since ${tool} is missing. ${hint}`),
    `All on ${node}, an amd64 node: emulated replicas on an arm64 node would measure the emulator.`,
    'From saving the edit to five new replicas ready, five older ones running. One pod spec, strategy and probes for all routes.',
    'Artifact: from the end of bundling until nodes can pull. Of ko, bundle is compiling and packing.',
    'Of selfsame, package is hash and file; upload starts the program, asks cluster and store, and sends.',
    'Sent and pulled: on the wire, with headers. Images are pulled once for the node; executables by each of the five pods.',
    'Memory: all processes of the tools at once, without the servers.',
  ].join('\n');
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function megabytes(amount: number): string {
  return `${amount.toFixed(amount < 10 ? 2 : 0)} MB`;
}
