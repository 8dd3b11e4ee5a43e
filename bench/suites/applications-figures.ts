// What `npm run bench -- applications` found, as rows and as a table for each application.
import Table from 'cli-table3';
import { plainTable } from '../../src/cli/terminal/plain-table.ts';
import type { ServerStart } from '../tools/started-server.ts';
import { figures, memoryRow, type Row } from '../tools/table.ts';

/** One way to run an application. */
export interface Contender {
  readonly name: string;
  /** None of plain Node.js, like the size. */
  readonly buildMs: readonly number[] | undefined;
  readonly sizeBytes: number | undefined;
  readonly starts: readonly ServerStart[];
}

export interface MeasuredApplication {
  readonly name: string;
  /** Ours first, plain Node.js last. */
  readonly contenders: readonly Contender[];
  /** Of those that cannot: by name, why. */
  readonly unable: ReadonlyMap<string, string>;
}

/** The rows of one contender. */
interface ContenderRows {
  readonly build: Row | undefined;
  readonly size: Row | undefined;
  readonly start: Row;
  readonly processor: Row;
  readonly idle: Row;
}

/** What an executable of ours may take of what a plain bundle in one does. */
const goals = { start: 1.1, idle: 1.15 };
const bundleName = 'one CommonJS bundle';

function rowsOf(application: string, { name, buildMs, sizeBytes, starts }: Contender): ContenderRows {
  const what = `${application}, ${name}`;
  return {
    build: buildMs && { what: `${what}: build`, unit: 'ms', samples: buildMs },
    size: sizeBytes === undefined ? undefined : memoryRow(`${what}: size`, [sizeBytes]),
    start: { what: `${what}: to first answer`, unit: 'ms', samples: starts.map(({ ms }) => ms) },
    processor: {
      what: `${what}: on a processor until then`,
      unit: 'ms',
      samples: starts.map(({ processorMs }) => processorMs),
    },
    idle: memoryRow(
      `${what}: idle, resident`,
      starts.map(({ residentBytes }) => residentBytes),
    ),
  };
}

/** All figures, each of start and memory against plain Node.js, and ours against a plain bundle as well. */
export function applicationRows({ name, contenders }: MeasuredApplication): Row[] {
  const all = contenders.map((contender) => rowsOf(name, contender));
  const [ours, plain] = [all[0], all.at(-1)];
  const bundle = all[contenders.findIndex((contender) => contender.name === bundleName)];
  const rows: Row[] = [];
  for (const { build, size, start, processor, idle } of all) {
    if (build !== undefined) rows.push(build);
    if (size !== undefined) rows.push(size);
    rows.push({ ...start, ...(plain && { against: plain.start }) }, processor, {
      ...idle,
      ...(plain && { against: plain.idle }),
    });
  }
  if (ours === undefined || bundle === undefined) return rows;
  return [
    ...rows,
    { ...ours.start, against: bundle.start, goal: { ratio: goals.start } },
    { ...ours.processor, against: bundle.processor },
    { ...ours.idle, against: bundle.idle, goal: { ratio: goals.idle } },
  ];
}

export function applicationText(measured: readonly MeasuredApplication[]): string {
  const table = new Table({
    head: ['APPLICATION', 'BY', 'BUILD', 'SIZE', 'START', '× NODE', 'IDLE', '× NODE'],
    ...plainTable,
  });
  for (const { name, contenders, unable } of measured) {
    const plain = contenders.at(-1);
    for (const contender of contenders) {
      const { build, size, start, idle } = rowsOf(name, contender);
      const against = plain && rowsOf(name, plain);
      table.push([
        contender === contenders[0] ? name : '',
        contender.name,
        build === undefined ? '' : shown(build),
        size === undefined ? '' : shown(size),
        shown(start),
        ratioOf(start, against?.start),
        shown(idle),
        ratioOf(idle, against?.idle),
      ]);
    }
    for (const [by, reason] of unable) table.push(['', by, { colSpan: 6, content: reason }]);
  }
  return [
    'START: to the first answer. IDLE: resident once that stays the same. × NODE: of the project as it is started there, of TypeScript its sources.',
    table.toString(),
    '',
    `What is one CommonJS bundle, as ours were before they carried files: ours against that, at most ${goals.start} and ${goals.idle} ×`,
    againstBundle(measured),
  ].join('\n');
}

function againstBundle(measured: readonly MeasuredApplication[]): string {
  const table = new Table({
    head: ['APPLICATION', 'START', 'HOLDS', 'ON A PROCESSOR', 'IDLE', 'HOLDS'],
    ...plainTable,
  });
  for (const { name, contenders } of measured) {
    const bundle = contenders.find((contender) => contender.name === bundleName);
    const [ours] = contenders;
    if (ours === undefined || bundle === undefined) continue;
    const [own, other] = [rowsOf(name, ours), rowsOf(name, bundle)];
    const held = (which: keyof typeof goals): string[] => {
      const { ratio = NaN, holds } = figures({ ...own[which], against: other[which], goal: { ratio: goals[which] } });
      return [`${ratio.toFixed(2)} ×`, holds === true ? 'yes' : 'NO'];
    };
    table.push([name, ...held('start'), `${ratioOf(own.processor, other.processor)} ×`, ...held('idle')]);
  }
  return table.toString();
}

function shown(row: Row): string {
  const { median, unit } = figures(row);
  return `${median.toFixed(unit === 'MB' ? 1 : 0)} ${unit}`;
}

function ratioOf(row: Row, against: Row | undefined): string {
  const { ratio } = figures({ ...row, ...(against && { against }) });
  return ratio === undefined ? '' : ratio.toFixed(2);
}
