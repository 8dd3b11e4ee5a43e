// What `npm run bench -- first` found, as rows and in words.
import { type Row } from '../tools/table.ts';

/** A way to get an application onto a cluster. */
export interface Path {
  readonly name: string;
  readonly what: string;
  /** What a user types or writes, in order. */
  readonly steps: readonly string[];
}

/** In the API server. */
export interface Held {
  readonly objects: number;
  readonly bytes: number;
}

/** One deploy. */
interface Deploy {
  readonly ms: number;
  /** Over the network, for each pod: from a store, or as the node's share of an image's layers. */
  readonly podBytes: number;
  /** What it added. */
  readonly held: Held;
}

export interface FirstLap {
  readonly first: Deploy;
  readonly second: Deploy;
}

interface Taken {
  readonly path: Path;
  readonly laps: readonly FirstLap[];
}

/** For each path the times, and the bytes. What is first is held against the last path, the container image. */
export function firstRows(measured: readonly Taken[]): Row[] {
  const image = measured.at(-1);
  return (['first', 'second'] as const).flatMap((version) => {
    const timeOf = ({ path: { name, what }, laps }: Taken): Row => ({
      what: `${version} version, ${name}: ${what}`,
      unit: 'ms',
      samples: laps.map((lap) => lap[version].ms),
    });
    const against = image && timeOf(image);
    return measured.flatMap((taken): Row[] => {
      const bytes = (what: string, of: (deploy: Deploy) => number): Row => ({
        what,
        of: `${version} ${taken.path.name}`,
        unit: 'MB',
        samples: taken.laps.map((lap) => of(lap[version]) / 1e6),
      });
      const isFirst = taken === measured[0];
      const held = against === undefined || taken === image ? {} : { against };
      return [
        { ...timeOf(taken), ...held, ...(isFirst && { goal: { ratio: 1 } }) },
        bytes('over the network for each pod', ({ podBytes }) => podBytes),
        bytes('added to the API server', ({ held: { bytes: added } }) => added),
      ];
    });
  });
}

export function firstText(measured: readonly Taken[], node: string): string {
  const steps = measured.map(({ path: { name, steps: taken }, laps }) => {
    const [lap] = laps;
    const objects =
      lap === undefined ? '' : `; objects: ${lap.first.held.objects}, then ${lap.second.held.objects} more`;
    return `${name}: ${taken.length} ${taken.length === 1 ? 'step' : 'steps'} (${taken.join(', ')})${objects}`;
  });
  return [
    `All replicas on ${node}. It has the official image of Node.js and the thin runner before. The registry of the container image is empty`,
    'before each first version, so that it takes its base along; the time begins after bundling.',
    'What mounts a ConfigMap gets it through the kubelet, once for each node; that is not counted as bytes of a pod.',
    ...steps,
  ].join('\n');
}
