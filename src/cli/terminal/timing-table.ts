import prettyBytes from 'pretty-bytes';
import prettyMilliseconds from 'pretty-ms';
import type { PodTiming, StageTiming, Timings } from '../../deploy/timings.ts';
import { tableLines } from './plain-table.ts';

/** More pods than this are not shown one by one: the slowest tell most. */
const shownPods = 10;

/** What took how long, for people: the stages in a row, then a row a pod. A column that nobody could fill is left out. */
export function timingTable({ stages, pods }: Timings): string[] {
  const shown = pods.slice(0, shownPods);
  const columns = podColumns.filter(([, cell]) => shown.some((pod) => cell(pod) !== undefined));
  const hidden = pods.length - shown.length;
  return [
    ...stageRow(stages),
    ...(shown.length === 0 ? [] : podRows(shown, columns)),
    ...(hidden === 0 ? [] : [`and ${hidden} more, none slower`]),
  ];
}

const podColumns: readonly (readonly [head: string, cell: (pod: PodTiming) => string | undefined])[] = [
  ['POD', ({ name }) => name],
  ['NODE', ({ node }) => node],
  ['CREATED', ({ createdMs }) => duration(createdMs)],
  ['SCHEDULED', ({ scheduledMs }) => duration(scheduledMs)],
  ['IMAGE', ({ imageMs }) => duration(imageMs)],
  ['FETCH', ({ fetchMs }) => duration(fetchMs)],
  ['VERIFY', ({ verifyMs }) => duration(verifyMs)],
  ['BOOT', ({ bootMs }) => duration(bootMs)],
  ['READY', ({ readyMs }) => duration(readyMs)],
  ['FETCHED', ({ fetchedBytes }) => (fetchedBytes === undefined ? undefined : prettyBytes(fetchedBytes))],
];

function stageRow(stages: readonly StageTiming[]): string[] {
  const totalMs = stages.reduce((sum, { ms }) => sum + ms, 0);
  const heads = stages.map(({ name }) => name.toUpperCase());
  return tableLines([...heads, 'TOTAL'], [[...stages.map(({ ms }) => duration(ms)), duration(totalMs)]]);
}

function podRows(pods: readonly PodTiming[], columns: typeof podColumns): string[] {
  const heads = columns.map(([head]) => head);
  return tableLines(
    heads,
    pods.map((pod) => columns.map(([, cell]) => cell(pod) ?? '-')),
  );
}

function duration(ms: number): string;
function duration(ms: number | undefined): string | undefined;
function duration(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : prettyMilliseconds(ms);
}
