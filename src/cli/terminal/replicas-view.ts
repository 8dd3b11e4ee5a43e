import prettyMilliseconds from 'pretty-ms';
import type { ReportEvent } from '../../shared/report.ts';
import type { ScreenLayout } from './screen-lines.ts';

export type Replicas = Extract<ReportEvent, { kind: 'replicas' }>;

/** Above this, replicas are counted and not told one by one. */
export const toldOneByOne = 20;
/** Of many, so many of the slowest are shown. */
const slowest = 3;

/** Replicas as they come up: a row each, or where they are many (or the terminal is low) how many stand where, and the slowest. */
export interface ReplicasView {
  readonly see: (event: Replicas) => void;
  /** Without the last line of the terminal, which is the summary's. */
  readonly layout: ScreenLayout;
}

/** @param now milliseconds: how long a replica is in its state. */
export function replicasView(now: () => number = () => performance.now()): ReplicasView {
  let latest: Replicas | undefined;
  let since = new Map<string, { readonly state: string; readonly at: number }>();
  const ageOf = (name: string): number => now() - (since.get(name)?.at ?? now());
  const rowOf = ({ name, node, state, detail = state }: Replicas['pods'][number]): string => {
    const where = node === undefined ? '' : ` on ${node}`;
    const age = state === 'ready' ? '' : ` for ${prettyMilliseconds(ageOf(name), { compact: true })}`;
    return `  ${state === 'ready' ? '✓' : '·'} ${name}${where}: ${detail}${age}`;
  };
  return {
    see(event) {
      latest = event;
      since = new Map(
        event.pods.map(({ name, state }) => {
          const before = since.get(name);
          return [name, before?.state === state ? before : { state, at: now() }];
        }),
      );
    },
    layout({ rows }) {
      if (latest === undefined) return [];
      const { pods } = latest;
      if (pods.length <= Math.min(toldOneByOne, rows - 1)) return pods.map(rowOf);
      const late = pods
        .filter(({ state }) => state !== 'ready')
        .toSorted((one, other) => ageOf(other.name) - ageOf(one.name))
        .slice(0, slowest);
      const counts = [...Map.groupBy(pods, ({ state }) => state)].map(
        ([state, those]) => `  ${String(those.length).padStart(String(pods.length).length)} ${state}`,
      );
      return [...counts, ...late.map(rowOf)].slice(0, Math.max(0, rows - 1));
    },
  };
}

/** In one line. */
export function replicasSummary({ ready, wanted, pods }: Replicas): string {
  const others = pods.filter(({ state }) => state !== 'ready').map(({ state }) => state);
  const counted = Map.groupBy(others, (state) => state);
  const words = [...counted].map(([state, those]) => `${those.length} ${state}`);
  return [`${ready}/${wanted} ready`, ...words].join(', ');
}
